package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A data directory: the log, the index over it, and the checkpoints that make opening it quick. */
public final class Store {
    private final FileStore files;
    private final Log log;
    private final Index index;
    private final Checkpoints checkpoints;
    private final List<DamagedRange> damages;
    private final boolean tailLost;
    private final long lostOffsets;
    private final long cutBytes;
    private final KeyIndex keys;
    private final IndexUpkeep indexUpkeep;
    private final State state;
    /** Position of the newest record by which the group has dropped a range. */
    private long droppedAt = -1;
    private final Exports exports;

    private Store(
            FileStore files, Background background, Log log, Index index, State state, RecoveryResult recovered,
            CheckpointChain chain) {
        this.files = files;
        this.log = log;
        this.index = index;
        this.state = state;
        this.keys = new KeyIndex(files, background, state, log.tail());
        this.damages = List.copyOf(recovered.damages());
        this.tailLost = recovered.tailLost();
        this.lostOffsets = recovered.lostOffsets();
        this.cutBytes = recovered.cutBytes();
        this.indexUpkeep = new IndexUpkeep(files, background, log, index, chain.position());
        this.checkpoints = new Checkpoints(
                files, background, log, index, keys, indexUpkeep, state, chain,
                recovered.agreement() == null ? null : recovered.agreement().point());
        this.exports = new Exports(files, log, index, checkpoints);
    }

    /** The state of the layer above, a function of the log. */
    public interface State extends Replay, KeyIndex.Source {
        /**
         * Restores the state from a checkpoint of an earlier release, before any record, and creates its partitions in the
         * index. All of it counts as changed.
         */
        void restore(ByteBuffer state);

        /** Restores one piece of the state, before any record. Pieces come in order. */
        void restore(Section section);

        /** Ends restoring pieces: none of them counts as changed. */
        void restored();

        /**
         * Begins a checkpoint: {@link #freeze} writes the pieces changed since the last one began, as they are now.
         *
         * @param out destination of the pieces
         */
        void beginFreeze(SectionBuffer out);

        /** Marks all of the state as changed. */
        void changeAll();

        /** Writes some pieces, as many as a turn has time for. Returns false once all are written. */
        boolean freeze();

        /** Combines the values of a section from an older and a newer file. The background calls it. */
        ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer);
    }

    /**
     * Opens a directory: loads the newest checkpoint, then replays the records behind it.
     *
     * @throws LogCorruptException where retention dropped the oldest records and no whole checkpoint covers them:
     *     continuing would invent an empty state
     * @throws NewerFormatException where a newer release wrote the directory
     */
    public static Store open(FileStore files, LogSettings settings, Background background, Index index, State state)
            throws IOException {
        CheckpointChain chain = CheckpointChain.newest(files);
        boolean mayBeNewer = settings.commitment() == Commitment.AGREED || firstSegment(files) > chain.position();
        if (mayBeNewer && chain.unreadable() != null) {
            throw chain.unreadable(); // it may be undamaged
        }
        if (firstSegment(files) > chain.position()) {
            throw new LogCorruptException("The data directory has no whole checkpoint that reaches to where the log"
                    + " begins, so topics and offsets cannot be rebuilt. Restore the *.checkpoint and *.checkpoint-copy"
                    + " files from a backup; nothing was changed.");
        }
        long from = chain.position();
        AgreedSection[] agreed = new AgreedSection[1];
        chain = chain.restore(files, state, section -> agreed[0] = section);
        boolean isGroups = settings.commitment() == Commitment.AGREED;
        requireKind(isGroups, agreed[0] == null ? null : agreed[0].point(), from);
        Recovery recovery = new Recovery(files, settings, state);
        IndexRebuild rebuild = loadIndex(files, index, from, recovery);
        RecoveryResult recovered = isGroups
                ? recovery.cut(agreed[0] == null ? AgreedPoint.NONE : agreed[0].point())
                : recovery.run(from);
        Log log = new Log(files, settings, background, recovered);
        rebuild.segments(() -> log.view().segments());
        Store store = new Store(files, background, log, index, state, recovered, chain);
        if (agreed[0] != null) {
            store.drop(agreed[0].gone());
        }
        store.dropMissingSegments();
        return store;
    }

    /**
     * Opens the directory of a group's node anew in the same process: everything agreed on is replayed from its files, since
     * the group does not deliver it again.
     *
     * @param before the closed store, which knows how far the group has agreed
     */
    public static Store reopen(
            FileStore files, LogSettings settings, Background background, Index index, State state, Store before)
            throws IOException {
        CheckpointChain chain = CheckpointChain.newest(files);
        long from = chain.position();
        AgreedSection[] checkpoint = {AgreedSection.NONE};
        chain = chain.restore(files, state, section -> checkpoint[0] = section);
        Recovery recovery = new Recovery(files, settings, state);
        IndexRebuild rebuild = loadIndex(files, index, from, recovery);
        RecoveryResult recovered = recovery.run(from, before.log.group().agreement());
        if (!recovered.damages().isEmpty()) {
            throw new LogCorruptException("The log is damaged at position " + recovered.damages().getFirst().from()
                    + ", below what the cluster has agreed on. This node cannot go on with it.");
        }
        Log log = new Log(files, settings, background, recovered);
        rebuild.segments(() -> log.view().segments());
        Store store = new Store(files, background, log, index, state, recovered, chain);
        store.checkpoints.agreed(checkpoint[0].point());
        store.drop(checkpoint[0].gone());
        store.dropMissingSegments();
        store.drop(index.gone()); // what was dropped by replayed records goes from the keys, too
        return store;
    }

    /** Returns the newest checkpoint and the segments below it, for another node; null where there is no checkpoint. */
    public Export export() throws IOException {
        return exports.open();
    }

    /** Closes the files without what is not agreed on. The background must be idle. */
    public void abandon() throws IOException {
        log.abandon();
    }

    /** Refuses the directory of a group's node for a broker of its own, and the other way round. */
    private static void requireKind(boolean isGroups, AgreedPoint agreed, long checkpoint) throws LogCorruptException {
        if (!isGroups && agreed != null) {
            throw new LogCorruptException("The data directory belongs to a node of a cluster: what it holds behind its"
                    + " checkpoint counts only with the other nodes. Start it with the cluster's settings (cluster.nodes,"
                    + " cluster.node); nothing was changed.");
        }
        if (isGroups && checkpoint > 0 && (agreed == null || agreed.position() != checkpoint)) {
            throw new LogCorruptException("The data directory was written by a broker of its own, or its checkpoint is"
                    + " damaged: it does not say what a cluster has agreed on. This node must not take part any"
                    + " more; the cluster goes on with the others. Nothing was changed.");
        }
    }

    private static long firstSegment(FileStore files) throws IOException {
        return files.list().stream().mapToLong(Segment::baseOf).filter(b -> b >= 0).min().orElse(0);
    }

    /** Takes the index files by name; their contents are checked at first use. */
    private static IndexRebuild loadIndex(FileStore files, Index index, long to, Recovery recovery) throws IOException {
        IndexRebuild rebuild = new IndexRebuild(files, () -> recovery.segments().toArray(Segment[]::new));
        List<String> names = files.list().stream().filter(IndexFile::isName).toList();
        List<StripeFile> stripes = new ArrayList<>();
        long covered = firstSegment(files);
        for (String name : StretchNames.covering(names, covered, to)) {
            stripes.addAll(rebuild.missing(covered, StretchNames.from(name)));
            stripes.add(new StripeFile(files, name));
            covered = StretchNames.to(name);
        }
        if (!stripes.isEmpty() && !stripes.getLast().isMissing()) {
            IndexFile.refuseNewer(files, stripes.getLast().name);
        }
        stripes.addAll(rebuild.missing(covered, to));
        index.files().load(stripes, rebuild);
        index.files().makeMissing();
        return rebuild;
    }

    /**
     * Drops index entries of missing segments. Segments in the middle are missing once all their live messages were
     * carried.
     */
    private void dropMissingSegments() throws LogCorruptException {
        long end = 0;
        for (Segment segment : log.view().segments()) {
            if (segment.base > end) {
                if (log.group() != null) {
                    index.gone().requireCovers(end, segment.base);
                }
                index.drop(end, segment.base);
                keys.drop(end, segment.base);
            }
            end = segment.end();
        }
    }

    /**
     * Ends the opening. Before it the layer above may append the records that the opening requires. After it they are on
     * stable storage, and the run counts as begun.
     */
    public void start() throws IOException {
        Set<String> used = index.files().all().stream().map(stripe -> stripe.name).collect(Collectors.toSet());
        for (String name : files.list()) {
            if (IndexFile.isName(name) && !used.contains(name) || checkpoints.isUnused(name)) {
                files.delete(name); // damaged, unfinished, merged, or of dropped segments
            }
        }
        log.start();
        keys.load(log);
        indexUpkeep.resume();
        checkpoints.resume();
    }

    public Log log() {
        return log;
    }

    // ---- a group

    /**
     * Takes a batch that the group has agreed on: writes it, and applies its records, unless this node decided them itself.
     *
     * @throws DivergedException where it does not continue the log: this node must not go on
     */
    public void agreed(long term, long index, Batch batch) throws DivergedException {
        ByteBuffer unit = log.group().accept(term, index, batch);
        if (unit == null || log.group().isLeading()) {
            return;
        }
        long begin = batch.end() - unit.limit();
        for (int at = 0; at < unit.limit(); at += RecordFormat.occupied(unit.getInt(at + RecordFormat.LENGTH))) {
            try {
                apply(unit, at, begin + at);
            } catch (RuntimeException | Error e) {
                log.fail(new IOException("the record at position " + (begin + at) + " cannot be applied: " + e, e));
                throw e;
            }
        }
        index().committed(log.committed());
    }

    void apply(ByteBuffer unit, int at, long position) {
        int length = unit.getInt(at + RecordFormat.LENGTH);
        state.record(unit, at, position, length);
        if (unit.get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE) {
            long time = RecordFormat.time(unit, at, false);
            state.keys(unit, at, length, hash -> keys.add(hash, position, time));
        }
    }

    /** Returns whether the group has agreed on everything in the log; true where there is no group. */
    public boolean isAllAgreed() {
        return log.group() == null || log.group().isAllAgreed();
    }

    /** Notes that the agreed sequence has passed an entry without a batch. */
    public void passed(long term, long index) throws DivergedException {
        log.group().passed(term, index);
    }

    /** Returns the point up to which the group has agreed, as far as this node has it. */
    public AgreedPoint agreedPoint() {
        return log.group().point();
    }

    /** Returns the point of the newest checkpoint. */
    public AgreedPoint checkpointPoint() {
        return checkpoints.agreed();
    }

    /** Returns the point up to which this node needs nothing again: that of the older kept checkpoint. */
    public AgreedPoint dispensablePoint() {
        return checkpoints.agreedBefore();
    }

    public Index index() {
        return index;
    }

    public KeyIndex keys() {
        return keys;
    }

    /** Returns the ranges of the log that were unreadable at the opening. */
    public List<DamagedRange> damages() {
        return damages;
    }

    /** Returns the bytes of a torn tail that were cut. */
    public long cutBytes() {
        return cutBytes;
    }

    /** Returns whether clients may have seen offsets of messages that the log lost with the machine. */
    public boolean tailLost() {
        return tailLost;
    }

    /** Returns the maximum number of a partition's offsets that damaged ranges may have held. */
    public long lostOffsets() {
        return lostOffsets;
    }

    /** Returns the position of the last checkpoint. */
    public long checkpointed() {
        return checkpoints.position();
    }

    /** Returns the bytes of log behind the last checkpoint. */
    public long sinceCheckpoint() {
        return log.tail() - checkpoints.position();
    }

    /**
     * Begins a checkpoint of the present state, unless one is under way; the caller then calls {@link #advance} until it
     * returns false. The log is forced up to it first, so a checkpoint never knows more than the log. After a failure the
     * last checkpoint stays in force, and the new one is tried again later.
     */
    public void checkpoint() {
        checkpoints.begin();
    }

    /** Continues a checkpoint for a while. Returns false where there is nothing to do at present. */
    public boolean advance() {
        return checkpoints.advance();
    }

    /** Continues work that a full disk may have stopped. The owner calls it periodically. */
    public void resume() {
        if (log.poison() == null) {
            log.shortage().refill();
        }
        deleteDropped();
        indexUpkeep.deleteDropped();
        indexUpkeep.resume();
        keys.resume(log);
        checkpoints.resume();
    }

    /** Returns the used fraction of the volume, 0 to 1; 0 where it is unknown. */
    public double diskUsed() {
        try {
            long total = files.totalBytes();
            return total <= 0 ? 0 : 1 - (double) files.usableBytes() / total;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Returns whether the log refused records or used the reserve of a full disk, and still cannot grow. */
    public boolean isShort() {
        return log.shortage().lasts();
    }

    /**
     * Returns why the file system did not let the log grow at the last attempt, although it has space; null where it did, or
     * where the disk is full.
     */
    public IOException obstacle() {
        return log.shortage().obstacle();
    }

    /** Returns the free bytes of the volume; 0 where the number is unknown. */
    public long bytesFree() {
        return log.shortage().reserve().usableBytes();
    }

    /** Returns the free bytes a full volume needs before messages are accepted again. */
    public long bytesWanted() {
        return log.shortage().reserve().missing() + Shortage.ROOM_AGAIN;
    }

    /** Returns the name of the directory for messages to operators. */
    public String place() {
        return files.place();
    }

    /** Returns the position below which two checkpoints cover the log: segments that end there may be dropped. */
    public long dispensable() {
        return checkpoints.dispensable();
    }

    /**
     * Drops a segment with its index entries, if both checkpoints cover it and it is not the last. A poisoned log drops
     * nothing: the state may know of records that never reached the disk, such as one that carried a message out of this
     * segment.
     *
     * @param base first position of the segment
     * @return whether it was dropped
     */
    public boolean drop(long base) {
        LogRange range = droppable(base);
        if (range == null) {
            return false;
        }
        log.drop(base);
        forget(range.from(), range.to());
        return true;
    }

    /** Returns the range of positions that ends with a segment, if both checkpoints cover that; else null. */
    public LogRange droppable(long base) {
        long[] bases = log.segmentBases();
        boolean isLent = log.group() == null && exports.areOpen();
        if (isLent || base == bases[bases.length - 1] || log.poison() != null || log.segmentEnd(base) > dispensable()) {
            return null;
        }
        return base == bases[0] ? new LogRange(0, bases[1]) : new LogRange(base, log.segmentEnd(base));
    }

    /**
     * Notes that the group's record at a position has dropped a range. The files go once that is agreed on, and once both
     * checkpoints of this node cover them.
     */
    public void dropped(LogRange range, long position) {
        keys.drop(range.from(), range.to());
        indexUpkeep.deleteDropped();
        droppedAt = position;
    }

    private void drop(GoneRanges ranges) {
        for (long from = ranges.next(-1); from < Long.MAX_VALUE; from = ranges.next(ranges.end(from))) {
            index.drop(from, ranges.end(from));
            keys.drop(from, ranges.end(from));
        }
    }

    /** Returns whether the record at a position was dropped, though its file may still be here. */
    public boolean isDropped(long position) {
        return index.gone().holds(position);
    }

    /** Deletes the files of segments that the group has dropped. */
    private void deleteDropped() {
        if (log.group() == null || exports.areOpen() || droppedAt >= log.committed()) {
            return;
        }
        for (long base : log.segmentBases()) {
            if (index.gone().covers(base, log.segmentEnd(base)) && log.segmentEnd(base) <= dispensable()) {
                log.drop(base);
            }
        }
    }

    /** Drops the oldest segment, as {@link #drop} does. */
    boolean dropFirst() {
        return drop(log.begin());
    }

    /** Removes the entries of a range that the log no longer holds from the index and the key index. */
    public void forget(long from, long to) {
        index.drop(from, to);
        keys.drop(from, to);
        indexUpkeep.deleteDropped();
    }

    /** Ends cleanly: forces everything and writes a checkpoint at the tail. The background must be idle. */
    public void close() throws IOException {
        log.write();
        if (log.poison() == null && log.tail() > checkpointed() && isAllAgreed()) {
            log.forceJob().run();
            try {
                checkpoints.close();
            } catch (IOException e) {
                closeWithReserve();
            }
        }
        log.close();
    }

    /** Retries the checkpoint with the reserve of a full disk. Without it the next start replays more of the log. */
    private void closeWithReserve() {
        if (!log.shortage().reserve().release(log.reserveLeft())) {
            return;
        }
        try {
            checkpoints.close();
        } catch (IOException e) {
            return; // the log still ends cleanly
        }
    }
}
