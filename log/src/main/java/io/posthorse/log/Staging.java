package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The records of a turn in memory, before the log passes them on: sealed ones in a row, and at most one that is open. */
public final class Staging {
    /** Maximum initial size in bytes; turns that need more double it. */
    private static final int BYTES = 64 << 10;
    /** Limit of the size: one large write gets larger pages of the page cache than several writes (decision 29). */
    private static final int BYTES_MAX = 1 << 20;

    private final CRC32C crc = new CRC32C();
    private final int bytesMax;
    private ByteBuffer buffer;
    private ByteBuffer payload;
    /** Position of the first byte in the log. */
    private long position;
    private int reservedAt = -1;
    private int reservedLength;
    private boolean inGroup;

    Staging(long position, int segmentBytes) {
        this.position = position;
        this.bytesMax = Math.min(BYTES_MAX, segmentBytes / 4);
        this.buffer = ByteBuffer.allocateDirect(Math.min(BYTES, segmentBytes / 16));
        this.payload = buffer.duplicate();
    }

    /** Returns the position of the first byte in the log. */
    long position() {
        return position;
    }

    /** Returns the position of the next record. */
    long tail() {
        return position + buffer.position();
    }

    boolean isEmpty() {
        return buffer.position() == 0;
    }

    /** Returns whether there is as much as is written at once. */
    boolean isFull() {
        return buffer.position() >= bytesMax;
    }

    /** Returns the bytes of the sealed records. */
    int bytes() {
        return buffer.position();
    }

    /** Returns whether a record that occupies the given bytes fits behind the others. */
    boolean fits(int occupied) {
        return buffer.remaining() >= occupied;
    }

    /** Makes room for a record of any size; the staging must be empty. */
    void grow(int occupied) {
        int enough = Math.max(
                Math.min(buffer.capacity() * 2, bytesMax), Integer.highestOneBit(occupied - 1) << 1);
        if (buffer.capacity() < enough) {
            buffer = ByteBuffer.allocateDirect(enough);
            payload = buffer.duplicate();
        }
    }

    /** Opens a record, which must fit; returns the index of its payload. */
    int reserve(int payloadBytes) {
        assert reservedAt < 0 : "a record is open already";
        reservedAt = buffer.position();
        reservedLength = RecordFormat.PAYLOAD + payloadBytes;
        payload.limit(reservedAt + reservedLength).position(reservedAt + RecordFormat.PAYLOAD);
        return reservedAt + RecordFormat.PAYLOAD;
    }

    /** Returns the payload of the open record, positioned at the first byte that is not written yet. */
    public ByteBuffer payload() {
        return payload;
    }

    /** Returns the sealed records and the open one, from index 0; valid until the log's next {@link Log#reserve}. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Discards the open record. */
    public void cancel() {
        reservedAt = -1;
    }

    /** Returns whether the next record belongs to the atomic group of the last one. */
    public boolean isInGroup() {
        return inGroup;
    }

    /** Returns the position of the open record. */
    public long reservedPosition() {
        return position + reservedAt;
    }

    /** Closes the open record. */
    void seal(byte type, long timeMs, boolean more, short unforced, int epoch) {
        byte flags = more ? RecordFormat.FLAG_MORE : 0;
        RecordFormat.seal(buffer, reservedAt, reservedLength, reservedPosition(), timeMs, type, flags, unforced, epoch, crc);
        int end = reservedAt + RecordFormat.occupied(reservedLength);
        for (int i = reservedAt + reservedLength; i < end; i++) {
            buffer.put(i, (byte) 0);
        }
        buffer.position(end);
        reservedAt = -1;
        inGroup = more;
    }

    /** Returns the sealed records, from the buffer's position to its limit; {@link #handedOver} must follow. */
    ByteBuffer handOver() {
        return buffer.flip();
    }

    /** Empties the staging. Where the records were passed on, the next ones come behind them. */
    void handedOver(boolean passedOn, int length) {
        buffer.clear();
        position += passedOn ? length : 0;
    }

    /** Moves the empty staging to another position. */
    void moveTo(long there) {
        position = there;
    }
}
