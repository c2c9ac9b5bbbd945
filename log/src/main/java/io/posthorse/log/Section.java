package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** One piece of the state of the layer above, as a checkpoint holds it. Those of lower kinds are restored first. */
public final class Section implements Comparable<Section> {
    /** Most bytes of a key. */
    public static final int KEY_MAX = 0xFFFF;

    /** What it is a piece of. */
    public final byte kind;

    /** Names it among those of its kind; not to be changed. */
    public final byte[] key;

    private final ByteBuffer value;

    /** @param value null where there is no such piece any more */
    public Section(byte kind, byte[] key, ByteBuffer value) {
        this.kind = kind;
        this.key = key;
        this.value = value;
    }

    /** A view of its bytes; null where there is no such piece any more. */
    public ByteBuffer value() {
        return value == null ? null : value.duplicate();
    }

    /** Whether there is no such piece any more. */
    public boolean isGone() {
        return value == null;
    }

    /** By kind, then by key as unsigned bytes. */
    @Override
    public int compareTo(Section other) {
        int byKind = Byte.compare(kind, other.kind);
        return byKind != 0 ? byKind : Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Section section && compareTo(section) == 0;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key) * 31 + kind;
    }
}
