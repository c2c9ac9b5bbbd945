package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The head of a record whose checksum is wrong. Partitions of a topic often have similar offsets, so a flipped bit in a
 * partition number may name the next message of another partition. Where flipping one bit of partition or offset makes the
 * checksum right, the corrected value counts.
 */
final class RottenHead {
    private RottenHead() {}

    /**
     * Returns the header and envelope of a record, corrected where possible.
     *
     * @param at index of the record, whose first {@link RecordFormat#NATIVE} bytes are readable
     * @param length bytes of the record, according to its header
     */
    static ByteBuffer of(ByteBuffer bytes, int at, int length) {
        byte[] head = new byte[RecordFormat.NATIVE];
        bytes.get(at, head);
        if (length >= RecordFormat.NATIVE && length <= bytes.capacity() - at
                && MappedPages.readable(bytes, at, at + length)) {
            ByteBuffer rest = bytes.duplicate().limit(at + length).position(at + RecordFormat.NATIVE);
            for (int bit = RecordFormat.PARTITION * 8; bit < RecordFormat.TAG * 8; bit++) {
                flip(head, bit);
                if (fits(head, rest)) {
                    return ByteBuffer.wrap(head);
                }
                flip(head, bit);
            }
        }
        return ByteBuffer.wrap(head);
    }

    private static void flip(byte[] head, int bit) {
        head[bit / 8] ^= (byte) (1 << bit % 8);
    }

    private static boolean fits(byte[] head, ByteBuffer rest) {
        CRC32C crc = new CRC32C();
        crc.update(head, RecordFormat.POSITION, head.length - RecordFormat.POSITION);
        crc.update(rest.duplicate());
        return (int) crc.getValue() == ByteBuffer.wrap(head).getInt(RecordFormat.CRC);
    }
}
