package io.posthorse.log;

import java.nio.ByteBuffer;

/**
 * A point of a group's log at which a batch ended.
 *
 * @param position everything below it is agreed on
 * @param term of the entry that brought the batch
 * @param index of that entry in the agreed sequence; -1 before the first
 * @param chain {@link Chain} of all records below the position
 */
public record AgreedPoint(long position, long term, long index, int chain) {
    /** Kind of the section that holds it in a checkpoint, before all others. */
    static final byte KIND = -1;

    /** The point before everything. */
    static final AgreedPoint NONE = new AgreedPoint(0, 0, -1, 0);

    private static final byte[] KEY = {};
    private static final int BYTES = 28;

    Section section() {
        return new Section(KIND, KEY, ByteBuffer.allocate(BYTES)
                .putLong(position).putLong(term).putLong(index).putInt(chain).flip());
    }

    /** Returns the point in a section; null where it is none. */
    static AgreedPoint of(Section section) {
        ByteBuffer in = section.value();
        return in.remaining() != BYTES ? null : new AgreedPoint(in.getLong(), in.getLong(), in.getLong(), in.getInt());
    }
}
