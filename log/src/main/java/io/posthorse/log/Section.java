package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** One piece of the state of the layer above, as a checkpoint holds it. Pieces of lower kinds are restored first. */
public final class Section implements Comparable<Section> {
    /** Maximum bytes of a key. */
    public static final int KEY_MAX = 0xFFFF;

    /** Kind of the piece. */
    public final byte kind;

    /** Identifies the piece within its kind; not to be changed. */
    public final byte[] key;

    private final ByteBuffer value;

    /** @param value null where the piece no longer exists */
    public Section(byte kind, byte[] key, ByteBuffer value) {
        this.kind = kind;
        this.key = key;
        this.value = value;
    }

    /** Returns a view of its bytes; null where the piece no longer exists. */
    public ByteBuffer value() {
        return value == null ? null : value.duplicate();
    }

    /** Returns whether the piece no longer exists. */
    public boolean isGone() {
        return value == null;
    }

    /** Orders by kind, then by key as unsigned bytes. */
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
