package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The append-only log: a row of {@link Segment}s addressed by position.
 *
 * <p>A turn reserves and seals records in memory ({@link #reserve}, {@link #seal}) and ends with one positional write
 * ({@link #write}). What lies below {@link #committed} is safe in the flush mode in force: written to the operating
 * system (async), or on stable storage (sync).
 *
 * <p>Invariants: blocks are real before a record is promised room ({@link #admits}), so a full disk is a refusal, never
 * a failed write; the first failed write or force poisons the log, and from then on nothing is committed; a segment's
 * bytes below the committed position never change.
 */
public final class Log {
    /** Staging space at first; turns that need more double it. */
    private static final int STAGING_BYTES = 64 << 10;
    /** With so much space a disk that was full no longer counts as full. */
    static final int ROOM_AGAIN = 1 << 20;

    /** Blocks are asked for in whole pages. */
    private static final long BLOCK = 4_096;
    /** Up to here: a large write gets larger pages of the page cache than several small ones (decision 29). */
    private static final int STAGING_BYTES_MAX = 1 << 20;

    private final FileStore files;
    private final LogSettings settings;
    private final Background background;
    private final Segments segments;
    private final DiskReserve reserve;
    private final DurableMark mark;
    private final DroppedSegments dropped;
    private final CRC32C crc = new CRC32C();
    private final int epoch;
    private Segment last;
    private ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private ByteBuffer payload = staging.duplicate();
    private long stagingPosition;
    /** Room that events have been promised which are not written yet. */
    private long promised;
    /** Whether the disk was too full for something since the reserve was whole. */
    private boolean refused;
    private int reservedAt = -1;
    private int reservedLength;
    private long written;
    private boolean inGroup;
    private final LogForcer forcing;
    private IOException poison;
    private Runnable onCommitted = () -> {};

    Log(FileStore files, LogSettings settings, Background background, RecoveryResult recovered) throws IOException {
        this.files = files;
        this.settings = settings;
        this.background = background;
        this.segments = new Segments(recovered.segments());
        this.reserve = new DiskReserve(files, settings.reserveBytes());
        this.mark = recovered.mark();
        this.dropped = new DroppedSegments(background);
        this.last = segments.last();
        this.epoch = recovered.epoch();
        this.stagingPosition = recovered.tail();
        this.written = recovered.tail();
        this.forcing = new LogForcer(files, background, mark, segments, recovered.forced());
    }

    /** Called on the owner's thread whenever {@link #committed} has moved, or the log has become poisoned. */
    public void onCommitted(Runnable listener) {
        onCommitted = listener;
    }

    /** Position of the next record. */
    public long tail() {
        return stagingPosition + staging.position();
    }

    /** Everything below is committed: it may be acknowledged and read. */
    public long committed() {
        return settings.sync() ? forcing.durable() : written;
    }

    /** Whether what is committed is on stable storage. */
    public boolean isSync() {
        return settings.sync();
    }

    /** Everything below is on stable storage. */
    public long durable() {
        return forcing.durable();
    }

    /** Position of the oldest byte still kept. */
    public long begin() {
        return segments.first().base;
    }

    public int epoch() {
        return epoch;
    }

    /** Why nothing can be written any more, or null. */
    public IOException poison() {
        return poison;
    }

    /**
     * Whether records with so many payload bytes in all have room on the disk now. Allocates blocks where it must.
     *
     * @param essential small events (cursors, topics) that may use the reserve of a full disk
     */
    public boolean admits(long payloadBytes, int records, boolean essential) {
        long need = promised + room(payloadBytes, records);
        if (poison != null || need > settings.segmentBytes() - Segment.HEADER) {
            return false;
        }
        int at = last.at(tail());
        return at + need <= last.allocated || extend(at + need, essential);
    }

    /** Whether a full disk has made the log refuse, or use its reserve, and there has not been enough space since. */
    public boolean isShort() {
        return refused || reserve.isShort();
    }

    /** Bytes that small events still have where the disk is full. */
    public long reserveLeft() {
        return reserve.size();
    }

    /** Whether at least the given part of the reserve is left: 2 for half. */
    public boolean isReserveAbove(int part) {
        return reserve.isAbove(part);
    }

    /** Room for what a full disk must take. */
    DiskReserve reserve() {
        return reserve;
    }

    /** To be called every now and then: takes back what the reserve has given. */
    void refill() {
        if (poison == null) {
            boolean whole = reserve.fill();
            refused &= !whole || reserve.usableBytes() < Math.min(settings.allocateBytes(), ROOM_AGAIN);
        }
    }

    private static long room(long payloadBytes, int records) {
        return payloadBytes + (long) records * (RecordFormat.PAYLOAD + 8);
    }

    /**
     * Promises room to small events that are written at the end of the turn, whatever else is appended until then.
     *
     * @return false where there is no room; then nothing is promised
     */
    public boolean promise(long payloadBytes, int records) {
        boolean hasBlocks = last.at(tail()) + promised + room(payloadBytes, records) <= last.allocated;
        if (!hasBlocks && !isReserveAbove(LogSettings.KEPT_FOR_OPERATORS) || !admits(payloadBytes, records, true)) {
            return false;
        }
        promised += room(payloadBytes, records);
        return true;
    }

    /** What was promised is written now. */
    public void redeem() {
        promised = 0;
    }

    /** Gets more blocks: as many as are kept ahead, or where the disk has not so many, what is needed. */
    private boolean extend(long end, boolean essential) {
        if (!essential && !reserve.fill()) {
            return false; // the reserve comes first
        }
        for (int ahead = settings.allocateBytes(); ; ahead >>>= 2) {
            try {
                extend(end, ahead);
                return true;
            } catch (IOException full) {
                long need = Math.min(settings.allocateBytes(), end - last.allocated);
                if (poison != null || ahead == 0 && (!essential || !reserve.release(need + BLOCK))) {
                    refused |= poison == null;
                    return false; // the caller refuses, and asks again with the next request
                }
            }
        }
    }

    private void extend(long end, int ahead) throws IOException {
        if (end <= last.size) {
            long wanted = Math.max(end, (long) last.allocated + ahead);
            last.allocateTo((int) Math.min(last.size, wanted + BLOCK - 1 & -BLOCK));
        } else {
            roll(end - last.at(tail()), ahead);
        }
    }

    private void roll(long need, int ahead) throws IOException {
        long end = last.end();
        int allocate = (int) Math.min(settings.segmentBytes(), Math.max(ahead, need + Segment.HEADER) + BLOCK - 1 & -BLOCK);
        Segment next = Segment.create(files, end, tail(), settings.segmentBytes(), allocate);
        handOver();
        if (poison != null) {
            throw poison;
        }
        forcing.namesChanged();
        segments.add(next);
        last = next;
        stagingPosition = end + Segment.HEADER;
    }

    /**
     * Opens a record with so many payload bytes at the tail. Call {@link #admits} first.
     *
     * @return index in {@link #staging} of the payload: write it there or through {@link #payload}, then {@link #seal}
     */
    public int reserve(int payloadBytes) {
        assert reservedAt < 0 : "a record is open already";
        int length = RecordFormat.PAYLOAD + payloadBytes;
        int occupied = RecordFormat.occupied(length);
        if (staging.remaining() < occupied) {
            makeRoom(occupied);
        }
        assert last.at(tail()) + occupied <= last.allocated : "no room was asked for";
        reservedAt = staging.position();
        reservedLength = length;
        payload.limit(reservedAt + length).position(reservedAt + RecordFormat.PAYLOAD);
        return reservedAt + RecordFormat.PAYLOAD;
    }

    private void makeRoom(int occupied) {
        handOver();
        int enough = Math.max(
                Math.min(staging.capacity() * 2, STAGING_BYTES_MAX), Integer.highestOneBit(occupied - 1) << 1);
        if (staging.capacity() < enough) {
            staging = ByteBuffer.allocateDirect(enough);
            payload = staging.duplicate();
        }
    }

    /** The open record's payload, positioned at its first byte that was not put yet. */
    public ByteBuffer payload() {
        return payload;
    }

    /** Takes back the open record. */
    public void cancel() {
        reservedAt = -1;
    }

    /** Whether the next record belongs to the atomic group of the last one. */
    public boolean isInGroup() {
        return inGroup;
    }

    /** The records of the turn so far; valid until the next {@link #reserve}. */
    public ByteBuffer staging() {
        return staging;
    }

    /** Position of the open record. */
    public long reservedPosition() {
        return stagingPosition + reservedAt;
    }

    /**
     * Closes the open record.
     *
     * @param more whether the next record belongs to the same atomic group: after a crash all of a group is there, or
     *     nothing
     * @return the record's position
     */
    public long seal(byte type, long timeMs, boolean more) {
        long position = reservedPosition();
        short unforced = RecordFormat.unforced(position - forcing.durable());
        byte flags = more ? RecordFormat.FLAG_MORE : 0;
        RecordFormat.seal(staging, reservedAt, reservedLength, position, timeMs, type, flags, unforced, epoch, crc);
        int end = reservedAt + RecordFormat.occupied(reservedLength);
        for (int i = reservedAt + reservedLength; i < end; i++) {
            staging.put(i, (byte) 0);
        }
        staging.position(end);
        reservedAt = -1;
        inGroup = more;
        return position;
    }

    /**
     * Ends the turn: hands all its records to the operating system, in one write where they are not very many. Only then is
     * any of them committed, so that nobody is answered for half a turn.
     */
    public void write() {
        assert !inGroup : "an atomic group ends with its turn";
        handOver();
        if (poison == null) {
            written = stagingPosition;
        }
        if (settings.sync()) {
            force();
        }
    }

    private void handOver() {
        if (staging.position() == 0 || poison != null) {
            return;
        }
        int length = staging.position();
        try {
            last.write(last.at(stagingPosition), staging.flip());
        } catch (IOException e) {
            fail(e);
            return;
        } finally {
            staging.clear();
        }
        stagingPosition += length;
    }

    /** Whether everything appended so far was handed to the operating system. */
    public boolean isWritten() {
        return staging.position() == 0 && written == stagingPosition || poison != null;
    }

    /**
     * Ends the opening: brings to stable storage what was found and what the layer above has appended since, and only
     * then notes that this run has begun. A run that ends before is as if it had never been.
     */
    void start() throws IOException {
        handOver();
        if (poison != null) {
            throw poison;
        }
        written = stagingPosition;
        forcing.now(written);
        mark.begin(written, epoch);
    }

    /** Starts to bring everything written so far to stable storage, unless that is under way already. */
    public void force() {
        if (poison == null) {
            forcing.begin(written, this::forced);
        }
    }

    /** Whether the disk is about to bring what was written to stable storage. */
    public boolean isForcing() {
        return forcing.isRunning();
    }

    /** How often it has done so, or failed. */
    public long forces() {
        return forcing.count();
    }

    private void forced(IOException failure) {
        if (failure != null) {
            fail(failure);
        } else if (poison == null) {
            onCommitted.run();
            if (settings.sync()) {
                force();
            }
        }
    }

    /** Work that brings all that is written now to stable storage, for a checkpoint. */
    Background.Job forceJob() {
        return forcing.job();
    }

    /** Poisons the log. */
    void fail(IOException cause) {
        if (poison == null) {
            poison = cause;
            background.run(mark::failed, failure -> { }); // so that the next run knows, if the disk takes it
            onCommitted.run();
        }
    }

    /**
     * The bytes around a committed record, for reading by absolute index. The record begins at {@link #index}.
     *
     * @return null where the position is not (or no longer) in the log
     */
    public ByteBuffer bytes(long position) {
        Segment segment = segments.holding(position);
        return segment == null ? null : segment.bytes();
    }

    /** Index of a position in the buffer that {@link #bytes} returns for it. */
    public int index(long position) {
        return segments.holding(position).at(position);
    }

    /**
     * Whether an undamaged record of that position can be read. Each time its checksum is verified, for disks and memory rot
     * under a broker that runs for months too.
     */
    public boolean readable(long position) {
        if (position < 0 || position >= committed() || (position & 7) != 0) {
            return false;
        }
        Segment segment = segments.holding(position);
        return segment != null
                && RecordFormat.valid(segment.bytes(), segment.at(position), position, segment.size, crc);
    }

    /** First position of the segment that holds a position; -1 where none does. */
    public long segmentOf(long position) {
        Segment segment = segments.holding(position);
        return segment == null ? -1 : segment.base;
    }

    /** Behind the last position that the segment which begins at a position may hold. */
    public long segmentEnd(long base) {
        return segments.get(segments.numberOf(base)).end();
    }

    /** Bytes of a segment that is no longer written to, its header included. */
    public long segmentBytes(long base) {
        return segments.get(segments.numberOf(base)).size;
    }

    /** First position of each segment, oldest first. */
    public long[] segmentBases() {
        return segments.bases();
    }

    /**
     * Time of the turn behind a segment that is no longer written to: no record in the segment is younger. -1 where
     * that can't be told, or for the last segment.
     */
    public long lastTime(long base) {
        return segments.timeBehind(base);
    }

    /** Time of the turn that the oldest segment began with, ms since 1970; 0 where it holds nothing. */
    public long oldestTime() {
        return segments.get(0).time();
    }

    /** Drops the segment that begins at a position; the last one is never dropped. */
    void drop(long base) {
        int number = segments.numberOf(base);
        if (number < 0 || number == segments.size() - 1) {
            return;
        }
        Segment gone = segments.remove(number);
        forcing.dropped(gone, segments.get(number));
        background.run(
                () -> {
                    gone.keepHold();
                    files.delete(Segment.name(gone.base));
                },
                failure -> {});
        dropped.add(gone);
    }

    /**
     * Another thread is about to read bytes of this log: until {@link #readEnded}, nothing of them goes away.
     *
     * @return number of the read
     */
    public long readBegins() {
        return dropped.readBegins();
    }

    public void readEnded(long read) {
        dropped.readEnded(read);
    }

    /** What is committed now, for another thread; between {@link #readBegins} and {@link #readEnded}. */
    public LogView view() {
        return new LogView(segments.all(), committed());
    }

    /**
     * Writes and forces everything, gives the blocks behind the last record back, so that the next start need not look
     * through them, and notes a clean end. Background work must have come to rest before.
     */
    public void close() throws IOException {
        write();
        if (poison != null) {
            throw new IOException("the log failed during this run, and what was not acknowledged may be gone: "
                    + poison.getMessage(), poison);
        }
        last.cut(last.at(written));
        forcing.now(written);
        mark.close(written);
        for (Segment segment : segments.all()) {
            segment.close();
        }
    }
}
