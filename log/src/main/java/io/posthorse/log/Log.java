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
 * ({@link #write}). Everything below {@link #committed} is safe in the flush mode in force: written to the operating system
 * (async), or on stable storage (sync).
 *
 * <p>Invariants: blocks are allocated before a record is promised room ({@link #admits}), so a full disk is a refusal,
 * never a failed write. The first failed write or force poisons the log; nothing is committed after that. The bytes of a
 * segment below the committed position never change.
 */
public final class Log {
    /** Unit of block allocation in bytes: a page. */
    private static final int BLOCK = 4_096;

    private final FileStore files;
    private final LogSettings settings;
    private final Background background;
    private final Segments segments;
    private final Shortage shortage;
    private final DurableMark mark;
    private final DroppedSegments dropped;
    private final CRC32C crc = new CRC32C();
    private final Staging staging;
    /** The part for the nodes of a group; null in a log of its own. */
    private final GroupLog group;
    private int epoch;
    private Segment last;
    /** Bytes promised to events that are not written yet. */
    private long promised;
    private long written;
    private final LogForcer forcing;
    private IOException poison;
    /** Whether this log takes the records of a master, and none of its own. */
    private boolean follows;
    private Runnable onCommitted = () -> {};

    Log(FileStore files, LogSettings settings, Background background, RecoveryResult recovered) throws IOException {
        this.files = files;
        this.settings = settings;
        this.background = background;
        this.segments = new Segments(recovered.segments());
        this.shortage = Shortage.of(files, settings);
        this.mark = recovered.mark();
        this.dropped = new DroppedSegments(background);
        this.last = segments.last();
        this.epoch = recovered.epoch();
        this.staging = new Staging(recovered.tail(), settings.segmentBytes());
        this.group = recovered.agreement() == null ? null : new GroupLog(this, recovered.agreement());
        this.written = recovered.tail();
        this.forcing = new LogForcer(files, background, mark, segments, recovered.forced());
    }

    /** Registers a listener that runs on the owner's thread when {@link #committed} moves or the log becomes poisoned. */
    public void onCommitted(Runnable listener) {
        onCommitted = listener;
    }

    /** Returns the position of the next record. */
    public long tail() {
        return staging.tail();
    }

    /** Returns the committed position: everything below it may be acknowledged and read. */
    public long committed() {
        return settings.sync() ? forcing.durable() : group != null ? group.committed(written) : written;
    }

    /** Returns whether only data on stable storage counts as committed. */
    public boolean isSync() {
        return settings.sync();
    }

    /** Returns the position below which everything is on stable storage: here, or in a group on a majority of its nodes. */
    public long durable() {
        return group == null ? forcing.durable() : committed();
    }

    /** Returns the position of the oldest byte in the log. */
    public long begin() {
        return segments.first().base;
    }

    /** Returns the failure that poisoned the log, or null. */
    public IOException poison() {
        return poison;
    }

    /**
     * Returns whether the disk has room now for records of {@code payloadBytes} in total. Allocates blocks where necessary.
     *
     * @param essential whether they are small events (cursors, topics) that may use the reserve of a full disk
     */
    public boolean admits(long payloadBytes, int records, boolean essential) {
        long need = promised + RecordFormat.room(payloadBytes, records);
        if (poison != null || follows || !essential && isGroupBehind() || need > settings.segmentBytes() - Segment.HEADER) {
            return false;
        }
        long end = last.at(tail()) + need;
        return end <= last.allocated || extend(end, essential);
    }

    /** Returns whether so much is decided and not agreed on that messages are refused. */
    public boolean isGroupBehind() {
        return group != null && group.isFull();
    }

    Shortage shortage() {
        return shortage;
    }

    /** Returns the bytes of the reserve that small events may still use when the disk is full. */
    public long reserveLeft() {
        return shortage.reserve().size();
    }

    /** Returns whether at least the given fraction of the reserve is left, one in {@code part}: 2 for half. */
    public boolean isReserveAbove(int part) {
        return shortage.reserve().isAbove(part);
    }

    /**
     * Reserves room for small events that are written at the end of the turn, whatever else the turn appends.
     *
     * @return false where there is no room; nothing is promised then
     */
    public boolean promise(long payloadBytes, int records) {
        boolean hasBlocks = last.at(tail()) + promised + RecordFormat.room(payloadBytes, records) <= last.allocated;
        if (!hasBlocks && !isReserveAbove(LogSettings.KEPT_FOR_OPERATORS) || !admits(payloadBytes, records, true)) {
            return false;
        }
        promised += RecordFormat.room(payloadBytes, records);
        return true;
    }

    /** Ends all promises: their events are being written now. */
    public void redeem() {
        promised = 0;
    }

    /** Allocates blocks ahead of the tail; where the disk lacks space, fewer, but at least what is needed. */
    private boolean extend(long end, boolean essential) {
        int most = settings.allocateBytes();
        return shortage.grow(most, Math.min(most, end - last.allocated) + BLOCK, essential, ahead -> extend(end, ahead));
    }

    /** Returns false where the log failed: another attempt would not help. */
    private boolean extend(long end, int ahead) throws IOException {
        if (end <= last.size) {
            long wanted = Math.max(end, (long) last.allocated + ahead);
            last.allocateTo((int) Math.min(last.size, wanted + BLOCK - 1 & -BLOCK));
        } else {
            roll(end - last.at(tail()), ahead);
        }
        return poison == null;
    }

    private void roll(long need, int ahead) throws IOException {
        long end = last.end();
        int allocate = (int) Math.min(settings.segmentBytes(), Math.max(ahead, need + Segment.HEADER) + BLOCK - 1 & -BLOCK);
        Segment next = Segment.create(files, end, tail(), settings.segmentBytes(), allocate);
        handOver();
        if (poison == null) {
            add(next);
            staging.moveTo(end + Segment.HEADER);
        }
    }

    private void add(Segment next) {
        forcing.namesChanged();
        segments.add(next);
        last = next;
    }

    /**
     * Opens a record of {@code payloadBytes} at the tail. The caller calls {@link #admits} first.
     *
     * @return index in {@link Staging#buffer} at which to write the payload, or use {@link Staging#payload}; {@link #seal}
     *     follows
     */
    public int reserve(int payloadBytes) {
        int occupied = RecordFormat.occupied(RecordFormat.PAYLOAD + payloadBytes);
        if (!staging.fits(occupied)) {
            handOver();
            staging.grow(occupied);
        }
        assert last.at(tail()) + occupied <= last.allocated : "admits() did not allocate room for the record";
        return staging.reserve(payloadBytes);
    }

    /** Returns the records of the turn that were not passed on yet, and the open one. */
    public Staging staging() {
        return staging;
    }

    /**
     * Closes the open record.
     *
     * @param more whether the next record belongs to the same atomic group: after a crash a group is there as a whole or
     *     not at all
     * @return position of the record
     */
    public long seal(byte type, long timeMs, boolean more) {
        long position = staging.reservedPosition();
        // it tells of this disk only: other nodes of a group must not believe it
        short unforced = group != null ? RecordFormat.UNFORCED_UNKNOWN : RecordFormat.unforced(position - forcing.durable());
        staging.seal(type, timeMs, more, unforced, epoch);
        return position;
    }

    /**
     * Ends the turn: passes all its records to the operating system, in one write unless there are very many. None of them
     * is committed before, so no client gets an answer for half a turn.
     */
    public void write() {
        assert !staging.isInGroup() : "the turn ends within an atomic group";
        if (group != null && !group.endsTurn(staging)) {
            return; // enough is under way: the next batch gathers
        }
        handOver();
        if (poison == null && group == null) {
            written = staging.position();
        }
        if (settings.sync()) {
            force();
        }
    }

    /** Passes the records of the turn so far on: to the operating system, or to the batches of a group. */
    void handOver() {
        if (staging.isEmpty() || poison != null) {
            return;
        }
        int length = staging.bytes();
        boolean passedOn = false;
        ByteBuffer records = staging.handOver();
        try {
            if (group != null) {
                group.add(records, staging.position(), staging.isInGroup());
            } else {
                last.write(last.at(staging.position()), records);
            }
            passedOn = true;
        } catch (IOException e) {
            fail(e);
        } finally {
            staging.handedOver(passedOn, length);
        }
    }

    // ---- a group

    /** Begins to lead a group in a term: this log has everything agreed on before, and nothing else. */
    public void lead(long term) {
        epoch = (int) term;
        group.lead(term, settings.batchBytesMax());
    }

    /** Returns the next batch for which to seek agreement; null where enough are under way, or there is none. */
    public Batch nextProposal() {
        return group == null ? null : group.next();
    }

    /** Returns the part for the nodes of a group; null in a log of its own. */
    GroupLog group() {
        return group;
    }

    /** Refuses records of its own from now on: {@link Following} brings those of a master. */
    void follow() {
        follows = true;
    }

    /** Returns whether it takes the records of a master, and none of its own. */
    public boolean isFollowing() {
        return follows;
    }

    /**
     * Writes records that a group has agreed on, or a master; what is appended next comes behind them.
     *
     * @param segmentBytes size of the segment where one begins with them; 0 for that of the settings
     * @throws IOException where the disk is full or fails
     */
    void put(ByteBuffer unit, long position, int segmentBytes) throws IOException {
        int size = segmentBytes == 0 ? settings.segmentBytes() : segmentBytes;
        int most = Math.min(settings.allocateBytes(), size);
        if (position > last.end()) {
            shortage.allot(most, BLOCK, ahead -> add(Segment.create(files, last.end(), written, size, ahead + BLOCK)));
        }
        Segment to = segments.holding(position);
        int end = to.endOf(position, unit.limit());
        if (to.allocated < end) {
            shortage.allot(most, unit.limit(), ahead -> to.allocateTo((int) Math.min(to.size, (long) end + ahead)));
        }
        to.write(to.at(position), unit);
        written = position + unit.capacity();
        if (group == null || !group.isLeading()) {
            staging.moveTo(written);
        }
    }

    /** Lets a log that has no record yet begin with a segment of its master's size, whose header no crash has torn. */
    void beginAgain(int segmentBytes) throws IOException {
        last = segments.beginAgain(files, segmentBytes, settings.allocateBytes());
        forcing.namesChanged();
    }

    void advanced() {
        onCommitted.run();
    }

    /** Returns the position at which the records behind the written ones begin where they need a new segment. */
    long behindSegment() {
        return segments.holding(written - 1).end() + Segment.HEADER;
    }

    /** Returns whether the operating system has all appended records. */
    public boolean isWritten() {
        return staging.isEmpty() && (group != null || written == staging.position()) || poison != null;
    }

    /**
     * Ends the opening: forces the recovered records and those that the layer above has appended since, then notes that
     * this run has begun. A run that ends earlier leaves no trace.
     */
    void start() throws IOException {
        handOver();
        if (poison != null) {
            throw poison;
        }
        written = staging.position();
        forcing.now(written);
        mark.begin(written, epoch);
    }

    /** Starts to force everything written so far, unless a force is running. */
    public void force() {
        if (poison == null && group == null) {
            forcing.begin(written, this::forced);
        }
    }

    /** Returns whether a force is running. */
    public boolean isForcing() {
        return forcing.isRunning();
    }

    /** Returns the number of forces that ended, with success or failure. */
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

    /** Returns a job that forces everything written so far, for a checkpoint. */
    Background.Job forceJob() {
        return forcing.job();
    }

    /** Poisons the log. */
    void fail(IOException cause) {
        if (poison == null) {
            poison = cause;
            background.run(mark::failed, failure -> { }); // tells the next run, if the disk accepts the write
            onCommitted.run();
        }
    }

    /**
     * Returns the bytes around a committed record, for reading by absolute index. The record begins at {@link #index}.
     *
     * @return null where the position is not, or no longer, in the log
     */
    public ByteBuffer bytes(long position) {
        Segment segment = segments.holding(position);
        return segment == null ? null : segment.bytes();
    }

    /** Returns the index of a position in the buffer that {@link #bytes} returns for it. */
    public int index(long position) {
        return segments.holding(position).at(position);
    }

    /**
     * Returns whether an undamaged record with the position can be read. Verifies the checksum on each call, since disks
     * and memory also rot under a broker that runs for months.
     */
    public boolean readable(long position) {
        boolean isPossible = position >= 0 && position < committed() && (position & 7) == 0;
        Segment segment = isPossible ? segments.holding(position) : null;
        return segment != null
                && RecordFormat.valid(segment.bytes(), segment.at(position), position, segment.size, crc);
    }

    /** Returns the first position of the segment that holds a position; -1 where no segment does. */
    public long segmentOf(long position) {
        Segment segment = segments.holding(position);
        return segment == null ? -1 : segment.base;
    }

    /** Returns the end of the positions that the segment at {@code base} may hold. */
    public long segmentEnd(long base) {
        return segments.get(segments.numberOf(base)).end();
    }

    /** Returns the size in bytes, header included, of a segment that is no longer written to. */
    public long segmentBytes(long base) {
        return segments.get(segments.numberOf(base)).size;
    }

    /** Returns the first position of each segment, oldest first. */
    public long[] segmentBases() {
        return segments.bases();
    }

    /**
     * Returns the time of the first turn after a segment that is no longer written to, in ms since 1970: no record of the
     * segment is younger. Returns -1 where the time is unknown, and for the last segment.
     */
    public long lastTime(long base) {
        return segments.timeBehind(base);
    }

    /** Returns the time of the first turn in the oldest segment, in ms since 1970; 0 where the segment is empty. */
    public long oldestTime() {
        return segments.get(0).time();
    }

    /** Drops the segment that begins at a position, unless it is the last one. */
    void drop(long base) {
        int number = segments.numberOf(base);
        if (number >= 0 && number < segments.size() - 1) {
            Segment gone = segments.remove(number);
            forcing.dropped(gone, segments.get(number));
            dropped.delete(gone, files);
        }
    }

    /**
     * Announces a read by another thread: no bytes of this log go away until {@link #endRead}.
     *
     * @return number of the read
     */
    public long beginRead() {
        return dropped.beginRead();
    }

    public void endRead(long read) {
        dropped.endRead(read);
    }

    /** Returns the committed records for another thread, valid between {@link #beginRead} and {@link #endRead}. */
    public LogView view() {
        return new LogView(segments.all(), committed());
    }

    /**
     * Writes and forces everything, frees the blocks behind the last record, so that the next start need not search them,
     * and notes a clean end. The background must be idle.
     */
    public void close() throws IOException {
        if (group != null && tail() != written) {
            abandon();
            return;
        }
        write();
        if (poison != null) {
            throw new IOException("the log failed during this run, and messages that were not acknowledged may be lost: "
                    + poison.getMessage(), poison);
        }
        last.cut(last.at(written));
        forcing.now(written);
        mark.close(written);
        segments.close();
    }

    /** Closes the files of a group's log without what is not agreed on. The background must be idle. */
    void abandon() throws IOException {
        mark.abandon();
        segments.close();
    }
}
