package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Byte layout of one log record. Big endian; every record starts at a multiple of 8.
 *
 * <pre>
 *   0  u32  length    bytes of the record with header, without padding to 8
 *   4  u32  crc32c    of bytes 8 to length
 *   8  u64  position  the record's own position in the log: no stale or misplaced record can pass for a live one
 *  16  u64  time      ms since 1970, of the turn that wrote it
 *  24  u8   type      1 message; the layer above defines the others
 *  25  u8   flags     bit 0: more records of the same atomic group follow
 *  26  u16  unforced  known lag of stable storage behind the record, in 4 KiB; at most 65535
 *  28  u32  epoch     counts the starts of this log
 *  32  ...  payload
 * </pre>
 *
 * A message's payload begins with its envelope:
 *
 * <pre>
 *  32  u32  partition
 *  36  u64  offset      in the partition
 *  44  u32  tag         hash that filters compare
 *  48  u8   link        0 none, 1 moved from the linked offset, 2 to be moved to the linked partition, 3 the same at
 *                       the time in place of an offset, 4 to be moved there when its transaction is committed,
 *                       5 carried: the same message of the same partition and offset, written again
 *  49  u8   format      of the native bytes
 *  50  u16  zero
 *  52  u32  link partition
 *  56  u64  link offset
 *  64  ...  native bytes, in the layout of the producer's protocol
 * </pre>
 *
 * The page docs/formats/log-segment.md has the same tables.
 */
public final class RecordFormat {
    public static final int LENGTH = 0;
    public static final int CRC = 4;
    public static final int POSITION = 8;
    public static final int TIME = 16;
    public static final int TYPE = 24;
    public static final int FLAGS = 25;
    public static final int UNFORCED = 26;
    public static final int EPOCH = 28;
    public static final int PAYLOAD = 32;

    public static final int PARTITION = 32;
    public static final int OFFSET = 36;
    public static final int TAG = 44;
    public static final int LINK = 48;
    public static final int FORMAT = 49;
    public static final int LINK_PARTITION = 52;
    public static final int LINK_OFFSET = 56;
    public static final int NATIVE = 64;
    /** Bytes of the envelope, between header and native bytes. */
    public static final int ENVELOPE = NATIVE - PAYLOAD;

    public static final byte TYPE_MESSAGE = 1;
    public static final byte LINK_NONE = 0;
    public static final byte LINK_MOVED_FROM = 1;
    public static final byte LINK_DUE_TO = 2;
    public static final byte LINK_DUE_AT = 3;
    public static final byte LINK_PREPARED = 4;
    /** Link of a carried record: the same message of the same partition and offset, written again. */
    public static final byte LINK_CARRIED = 5;
    public static final byte FLAG_MORE = 1;

    /** Value of the field "unforced" where the record does not say. */
    static final short UNFORCED_UNKNOWN = (short) 0xFFFF;

    private static final int UNFORCED_UNIT = 4096;

    /** Maximum length in bytes of a record, and so of a message with its envelope. */
    public static final int LENGTH_MAX = 160 << 20;

    private RecordFormat() {}

    /**
     * Returns the time at which a message was first stored, in ms since 1970. A carried record holds it in place of the
     * link's offset.
     *
     * @param waits whether the message waits for a time or for a decision, so that the link's offset is in use
     */
    public static long time(ByteBuffer buffer, int at, boolean waits) {
        return buffer.getLong(at + (!waits && buffer.get(at + LINK) == LINK_CARRIED ? LINK_OFFSET : TIME));
    }

    /** Returns the bytes a record occupies: its length, rounded up to a multiple of 8. */
    static int occupied(int length) {
        return (length + 7) & ~7;
    }

    /** Returns the bytes that records take at most. */
    static long room(long payloadBytes, int records) {
        return payloadBytes + (long) records * (PAYLOAD + 8);
    }

    /** Returns the value of the field "unforced" for a distance in bytes. */
    static short unforced(long bytes) {
        return (short) Math.min(0xFFFF, (bytes + UNFORCED_UNIT - 1) / UNFORCED_UNIT);
    }

    /**
     * Returns the position below which everything was on stable storage when the record was written; 0 where the record
     * does not say.
     */
    static long forcedBelow(ByteBuffer buffer, int at, long position) {
        int lag = buffer.getShort(at + UNFORCED) & 0xFFFF;
        return (short) lag == UNFORCED_UNKNOWN ? 0 : position - (long) lag * UNFORCED_UNIT;
    }

    /** Writes the envelope of a message whose record begins at {@code at}. */
    public static void envelope(ByteBuffer buffer, int at, int partition, long offset, int tag, byte link, byte format,
            int linkPartition, long linkOffset) {
        buffer.putInt(at + PARTITION, partition).putLong(at + OFFSET, offset).putInt(at + TAG, tag);
        int kind = link << 24 | (format & 0xFF) << 16;
        buffer.putLong(at + LINK, (long) kind << 32 | linkPartition & 0xFFFF_FFFFL).putLong(at + LINK_OFFSET, linkOffset);
    }

    /** Writes the header of a record whose payload is at {@code at + PAYLOAD}, the checksum last. */
    static void seal(ByteBuffer buffer, int at, int length, long position, long time, byte type, byte flags,
            short unforced, int epoch, CRC32C crc) {
        buffer.putInt(at + LENGTH, length);
        buffer.putLong(at + POSITION, position).putLong(at + TIME, time);
        int kind = type << 24 | (flags & 0xFF) << 16 | unforced & 0xFFFF;
        buffer.putLong(at + TYPE, (long) kind << 32 | epoch & 0xFFFF_FFFFL);
        buffer.putInt(at + CRC, checksum(buffer, at, length, crc));
    }

    /**
     * Returns whether {@code at} is the begin of a whole, undamaged record with the position. Checks the length against the
     * available bytes before use. Returns false also where the disk cannot deliver a page of the record.
     */
    static boolean valid(ByteBuffer buffer, int at, long position, int limit, CRC32C crc) {
        int length = resident(buffer, at, position, limit);
        return length > 0 && buffer.getInt(at + CRC) == checksumOfShared(buffer, at, length, crc);
    }

    /**
     * Returns whether a record with the position begins at {@code at} and its bytes are in memory. Does not verify the
     * checksum.
     */
    static boolean stands(ByteBuffer buffer, int at, long position, int limit) {
        return resident(buffer, at, position, limit) > 0;
    }

    /**
     * Returns the length of the record with the position, once all of it is in memory; 0 where there is none or it cannot
     * be read.
     */
    private static int resident(ByteBuffer buffer, int at, long position, int limit) {
        if (limit - at < PAYLOAD) {
            return 0;
        }
        try {
            int length = buffer.getInt(at + LENGTH);
            boolean stands = buffer.getLong(at + POSITION) == position
                    && length >= PAYLOAD
                    && length <= limit - at
                    && length <= LENGTH_MAX;
            MappedPages.resident(buffer, at, at + (stands ? length : PAYLOAD));
            return stands ? length : 0;
        } catch (InternalError e) {
            return 0;
        }
    }

    /** Moves position and limit for a moment, so the buffer must be nobody else's; allocates nothing. */
    private static int checksum(ByteBuffer own, int at, int length, CRC32C crc) {
        int position = own.position();
        int limit = own.limit();
        crc.reset();
        own.limit(at + length).position(at + POSITION);
        crc.update(own);
        own.limit(limit).position(position);
        return (int) crc.getValue();
    }

    /** Leaves position and limit alone: other threads may be reading the same view of a segment. */
    private static int checksumOfShared(ByteBuffer buffer, int at, int length, CRC32C crc) {
        crc.reset();
        crc.update(buffer.slice(at + POSITION, length - POSITION));
        return (int) crc.getValue();
    }
}
