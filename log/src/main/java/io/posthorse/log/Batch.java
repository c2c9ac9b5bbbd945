package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The records of one or more turns as the nodes of a group agree on them: a header, then the bytes of the records exactly as
 * in the segment file.
 *
 * <pre>
 *   0  u8   kind      1 whole; 2 a piece of an atomic group or of a large record, more of which follows
 *   1  u8   version   1
 *   2  u16  zero
 *   4  u32  length    of the records in bytes, a multiple of 8
 *   8  u64  term      in which the leader decided them
 *  16  u64  position  of the first byte in the log
 *  24  u32  chain     CRC32C over the checksums of all records below the position, see {@link Chain}
 *  28  u32  crc32c    of bytes 0 to 28
 *  32  ...  records
 * </pre>
 *
 * The page docs/formats/batch.md has the same table. A batch never spans two segments.
 */
public final class Batch {
    /** Bytes of the header. */
    public static final int HEADER = 32;

    private static final byte WHOLE = 1;
    private static final byte PIECE = 2;
    private static final byte VERSION = 1;

    private final ByteBuffer bytes;

    private Batch(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Makes a batch of a copy of the records between a buffer's position and limit.
     *
     * @param isPiece whether it ends within an atomic group or within a record
     */
    static Batch of(ByteBuffer records, long term, long position, int chain, boolean isPiece) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + records.remaining());
        bytes.put(0, isPiece ? PIECE : WHOLE).put(1, VERSION).putInt(4, records.remaining());
        bytes.putLong(8, term).putLong(16, position).putInt(24, chain);
        bytes.putInt(28, crc(bytes));
        bytes.put(HEADER, records, records.position(), records.remaining());
        return new Batch(bytes);
    }

    /**
     * Reads a batch. Verifies its header; {@link #records} are verified one by one when they are applied.
     *
     * @param bytes the whole batch from position to limit, which must not change afterwards
     * @throws MalformedBatchException where these bytes are no batch, or one of a later version of this program
     */
    public static Batch read(ByteBuffer bytes) throws MalformedBatchException {
        ByteBuffer own = bytes.slice();
        if (own.limit() < HEADER) {
            throw new MalformedBatchException("A batch has " + own.limit() + " bytes, fewer than its header");
        }
        if (own.getInt(28) != crc(own)) {
            throw new MalformedBatchException("The header of a batch has a wrong checksum");
        }
        if (own.get(1) != VERSION) {
            throw new MalformedBatchException("A batch has version " + own.get(1) + "; this release knows version " + VERSION
                    + ". Upgrade this node");
        }
        boolean isKnown = own.get(0) == WHOLE || own.get(0) == PIECE;
        if (!isKnown || own.getInt(4) != own.limit() - HEADER || (own.getInt(4) & 7) != 0 || own.getInt(4) == 0
                || own.getLong(8) <= 0 || own.getLong(8) > Integer.MAX_VALUE || own.getLong(16) < 0) {
            throw new MalformedBatchException("A batch of kind " + own.get(0) + " names " + own.getInt(4)
                    + " bytes at position " + own.getLong(16) + ", but has " + (own.limit() - HEADER));
        }
        return new Batch(own);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(28).position(0));
        return (int) crc.getValue();
    }

    /** Returns whether more of the same atomic group, or of the same record, follows. */
    public boolean isPiece() {
        return bytes.get(0) == PIECE;
    }

    /** Returns the term in which the leader decided it. */
    public long term() {
        return bytes.getLong(8);
    }

    /** Returns the position of its first byte in the log. */
    public long position() {
        return bytes.getLong(16);
    }

    /** Returns the position behind its last byte. */
    public long end() {
        return position() + length();
    }

    /** Returns the bytes of its records. */
    public int length() {
        return bytes.limit() - HEADER;
    }

    /** Returns the chain of all records below its position. */
    public int chain() {
        return bytes.getInt(24);
    }

    /** Returns its records, from index 0 to the limit. */
    public ByteBuffer records() {
        return bytes.slice(HEADER, length());
    }

    /** Returns header and records, as {@link #read} takes them. */
    public ByteBuffer bytes() {
        return bytes.duplicate().position(0);
    }
}
