package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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
    /** Up to here: a large write gets larger pages of the page cache than several small ones (decision 29). */
    private static final int STAGING_BYTES_MAX = 1 << 20;

    private final FileStore files;
    private final LogSettings settings;
    private final Background background;
    private final ArrayDeque<Segment> segments;
    private final DurableMark mark;
    private final DroppedSegments dropped;
    private final CRC32C crc = new CRC32C();
    private final int epoch;
    private final long verifiedFrom;
    private Segment last;
    /** The segment that was read last, other than the newest one. */
    private Segment recent;
    private ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private ByteBuffer payload = staging.duplicate();
    private long stagingPosition;
    /** Room that events have been promised which are not written yet. */
    private long promised;
    private int reservedAt = -1;
    private int reservedLength;
    private long written;
    private long durable;
    private boolean inGroup;
    private Segment forcedFrom;
    private boolean forcing;
    private long forces;
    private boolean namesChanged;
    private IOException poison;
    /** The background's, and the owner's while the background is at rest. */
    private IOException failedForce;
    private Runnable onCommitted = () -> {};

    Log(FileStore files, LogSettings settings, Background background, Recovered recovered) {
        this.files = files;
        this.settings = settings;
        this.background = background;
        this.segments = recovered.segments();
        this.mark = recovered.mark();
        this.dropped = new DroppedSegments(background);
        this.last = segments.getLast();
        this.recent = last;
        this.epoch = recovered.epoch();
        this.stagingPosition = recovered.tail();
        this.written = recovered.tail();
        this.durable = recovered.forced();
        this.verifiedFrom = recovered.tail();
        this.forcedFrom = segments.stream().filter(s -> s.end() > durable).findFirst().orElse(last);
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
        return settings.sync() ? durable : written;
    }

    /** Everything below is on stable storage. */
    public long durable() {
        return durable;
    }

    /** Position of the oldest byte still kept. */
    public long begin() {
        return segments.getFirst().base;
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
        long need = promised + room(payloadBytes, records) + (essential ? 0 : settings.reserveBytes());
        if (poison != null || need > settings.segmentBytes() - Segment.HEADER) {
            return false;
        }
        int at = last.at(tail());
        if (at + need <= last.allocated) {
            return true;
        }
        return extend(at + need);
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
        if (!admits(payloadBytes, records, true)) {
            return false;
        }
        promised += room(payloadBytes, records);
        return true;
    }

    /** What was promised is written now. */
    public void redeem() {
        promised = 0;
    }

    private boolean extend(long end) {
        try {
            if (end <= last.size) {
                allocateTo(last, (int) Math.min(last.size, Math.max(end, last.allocated + settings.allocateBytes())));
                return true;
            }
            roll(end - last.at(tail()));
            return true;
        } catch (IOException e) {
            return false; // no space: the caller refuses, and asks again with the next request
        }
    }

    private static void allocateTo(Segment segment, int end) throws IOException {
        segment.file.allocate(segment.allocated, end);
        segment.allocated = end;
    }

    private void roll(long need) throws IOException {
        long end = last.end();
        Segment next = Segment.create(
                files, end, tail(), settings.segmentBytes(),
                (int) Math.max(settings.allocateBytes(), need + Segment.HEADER));
        handOver();
        if (poison != null) {
            throw poison;
        }
        namesChanged = true;
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
        short unforced = RecordFormat.unforced(position - durable);
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
     * Ends the turn: hands all its records to the operating system, in one write where they are not very many. Only then is any
     * of them committed, so that nobody is answered for half a turn.
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
            last.file.write(last.at(stagingPosition), staging.flip());
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
        forceJob().run();
        durable = written;
        forcedFrom = last;
        namesChanged = false;
        mark.begin(written, epoch);
    }

    /** Starts to bring everything written so far to stable storage, unless that is under way already. */
    public void force() {
        if (forcing || poison != null || durable >= written) {
            return;
        }
        forcing = true;
        boolean names = namesChanged;
        namesChanged = false;
        long target = written;
        Segment from = forcedFrom;
        Segment to = last;
        Segment[] dirty = segments.stream()
                .filter(s -> s.base >= from.base && s.base <= to.base)
                .toArray(Segment[]::new);
        background.run(
                () -> {
                    forceAll(names, dirty);
                    mark.write(target);
                },
                failure -> forced(target, to, failure));
    }

    /** Whether the disk is about to bring what was written to stable storage. */
    public boolean isForcing() {
        return forcing;
    }

    /** How often it has done so, or failed. */
    public long forces() {
        return forces;
    }

    private void forced(long target, Segment to, IOException failure) {
        forcing = false;
        forces++;
        if (failure != null) {
            fail(failure);
            return;
        }
        if (poison != null) {
            return;
        }
        durable = target;
        forcedFrom = to;
        if (settings.sync()) {
            onCommitted.run();
            force();
        }
    }

    /** Work that brings all that is written now to stable storage, for a checkpoint. */
    Background.Job forceJob() {
        Segment[] dirty = segments.stream().filter(s -> s.base >= forcedFrom.base).toArray(Segment[]::new);
        return () -> forceAll(true, dirty);
    }

    /**
     * Run by the background. Fails for ever once it has failed: the system may take what a failed force has left behind
     * for clean, so a later one would succeed and mean nothing.
     */
    private void forceAll(boolean names, Segment[] dirty) throws IOException {
        if (failedForce != null) {
            throw failedForce;
        }
        try {
            if (names) {
                files.forceNames();
            }
            for (Segment segment : dirty) {
                segment.file.force();
            }
        } catch (IOException e) {
            failedForce = e;
            throw e;
        }
    }

    /** Poisons the log. */
    void fail(IOException cause) {
        if (poison == null) {
            poison = cause;
            onCommitted.run();
        }
    }

    /**
     * The bytes around a committed record, for reading by absolute index. The record begins at {@link #index}.
     *
     * @return null where the position is not (or no longer) in the log
     */
    public ByteBuffer bytes(long position) {
        Segment segment = segmentOf(position);
        return segment == null ? null : segment.bytes;
    }

    /** Index of a position in the buffer that {@link #bytes} returns for it. */
    public int index(long position) {
        return segmentOf(position).at(position);
    }

    /**
     * Whether an undamaged record of that position can be read. What an earlier run wrote is verified by checksum each
     * time, what this run wrote by its position alone.
     */
    public boolean readable(long position) {
        if (position < 0 || position >= committed() || (position & 7) != 0) {
            return false;
        }
        Segment segment = segmentOf(position);
        if (segment == null) {
            return false;
        }
        int at = segment.at(position);
        return position >= verifiedFrom
                ? RecordFormat.stands(segment.bytes, at, position, segment.size)
                : RecordFormat.valid(segment.bytes, at, position, segment.size, crc);
    }

    /** Whether a segment that is still kept holds the position. */
    public boolean holds(long position) {
        return segmentOf(position) != null;
    }

    private Segment segmentOf(long position) {
        if (last.holds(position)) {
            return last;
        }
        if (recent.holds(position)) {
            return recent; // consumers that lag read on where they were
        }
        for (Segment segment : segments) {
            if (segment.holds(position)) {
                recent = segment;
                return segment;
            }
        }
        return null;
    }

    /** First position of each segment, oldest first. */
    public long[] segmentBases() {
        return segments.stream().mapToLong(s -> s.base).toArray();
    }

    /**
     * Time of the turn behind a segment that is no longer written to: no record in the segment is younger. -1 where
     * that can't be told, or for the last segment.
     */
    public long lastTime(long base) {
        Segment previous = null;
        for (Segment segment : segments) {
            if (previous != null && previous.base == base) {
                return firstTime(segment);
            }
            previous = segment;
        }
        return -1;
    }

    /** Time of the segment's first record that has one; those that were written while opening have none. */
    private static long firstTime(Segment segment) {
        Pages.Walk walk = new Pages.Walk(segment.bytes, segment.size);
        for (int at = walk.from(Segment.HEADER, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= segment.size;
                at = walk.from(at + 8, RecordFormat.PAYLOAD)) {
            if (segment.bytes.getLong(at + RecordFormat.POSITION) == segment.base + at
                    && segment.bytes.getLong(at + RecordFormat.TIME) != 0) {
                return segment.bytes.getLong(at + RecordFormat.TIME);
            }
        }
        return -1;
    }

    /** Drops the oldest segment; the last one is never dropped. */
    public void dropFirst() {
        if (segments.size() < 2) {
            return;
        }
        Segment first = segments.removeFirst();
        recent = last;
        if (forcedFrom == first) {
            forcedFrom = segments.getFirst();
        }
        background.run(() -> files.delete(Segment.name(first.base)), failure -> {});
        dropped.add(first);
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
        return new LogView(segments.toArray(Segment[]::new), committed());
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
        last.file.truncate(last.at(written));
        for (Segment segment : segments) {
            if (segment.base >= forcedFrom.base) {
                segment.file.force();
            }
        }
        durable = written;
        mark.close(written);
        for (Segment segment : segments) {
            segment.file.close();
        }
    }
}
