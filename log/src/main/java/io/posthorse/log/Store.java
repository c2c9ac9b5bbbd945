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

    private Store(
            FileStore files, Background background, Log log, Index index, State state, RecoveryResult recovered,
            CheckpointChain chain) {
        this.files = files;
        this.log = log;
        this.index = index;
        this.keys = new KeyIndex(files, background, state, log.tail());
        this.damages = List.copyOf(recovered.damages());
        this.tailLost = recovered.tailLost();
        this.lostOffsets = recovered.lostOffsets();
        this.cutBytes = recovered.cutBytes();
        this.indexUpkeep = new IndexUpkeep(files, background, log, index, chain.position());
        this.checkpoints = new Checkpoints(files, background, log, index, keys, indexUpkeep, state, chain);
    }

    /** The layer above, whose state is a function of the log. */
    public interface State extends Replay, KeyIndex.Source {
        /**
         * Takes the state of a checkpoint of an earlier release, before any record; creates its partitions in the index. All
         * of it counts as changed.
         */
        void restore(ByteBuffer state);

        /** Takes one piece of the state, before any record. Pieces come in their order. */
        void restore(Section section);

        /** All pieces were given: none counts as changed. */
        void restored();

        /**
         * A checkpoint begins: {@link #freeze} puts what has changed since the last one began, as it is now.
         *
         * @param out takes the pieces
         */
        void beginFreeze(SectionBuffer out);

        /** All of the state counts as changed. */
        void changeAll();

        /** Puts some pieces, so many as take no longer than a turn may; false where all are put. */
        boolean freeze();

        /** The value of a section of which an older and a newer file tell; called by the background. */
        ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer);
    }

    /**
     * Opens a directory: newest checkpoint, then the records behind it.
     *
     * @throws LogCorruptException where the oldest records were dropped by retention and no checkpoint that covers them
     *     is whole: going on would mean to invent an empty state
     * @throws NewerFormatException where a newer release wrote the directory
     */
    public static Store open(FileStore files, LogSettings settings, Background background, Index index, State state)
            throws IOException {
        CheckpointChain chain = CheckpointChain.newest(files);
        if (firstSegment(files) > chain.position() && chain.unreadable() != null) {
            throw chain.unreadable(); // it is not known to be damaged
        }
        if (firstSegment(files) > chain.position()) {
            throw new LogCorruptException("No checkpoint in the data directory is whole that reaches to where the log"
                    + " begins, so topics and offsets cannot be rebuilt. Restore the *.checkpoint and *.checkpoint-copy"
                    + " files from a backup; nothing was changed.");
        }
        long from = chain.position();
        chain = chain.restore(files, state);
        Recovery recovery = new Recovery(files, settings, state);
        loadIndex(files, index, from, recovery);
        RecoveryResult recovered = recovery.run(from);
        Log log = new Log(files, settings, background, recovered);
        Store store = new Store(files, background, log, index, state, recovered, chain);
        store.forgetHoles();
        return store;
    }

    private static long firstSegment(FileStore files) throws IOException {
        return files.list().stream().mapToLong(Segment::baseOf).filter(b -> b >= 0).min().orElse(0);
    }

    /** Takes the index files by their names; what they are is seen when they are used. */
    private static void loadIndex(FileStore files, Index index, long to, Recovery recovery) throws IOException {
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
    }

    /** Segments may be missing in the middle too, where all that was left in them was written again. */
    private void forgetHoles() {
        long end = 0;
        for (Segment segment : log.view().segments()) {
            if (segment.base > end) {
                index.drop(end, segment.base);
                keys.drop(end, segment.base);
            }
            end = segment.end();
        }
    }

    /**
     * Ends the opening. Before, the layer above may append what the opening demands; from here on that is certain to
     * survive, and the run counts as begun.
     */
    public void start() throws IOException {
        Set<String> used = index.files().all().stream().map(stripe -> stripe.name).collect(Collectors.toSet());
        for (String name : files.list()) {
            if (IndexFile.isName(name) && !used.contains(name) || checkpoints.isUnused(name)) {
                files.delete(name); // damaged, of work that was never finished, merged, or of dropped segments
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

    public Index index() {
        return index;
    }

    public KeyIndex keys() {
        return keys;
    }

    /** Ranges of the log that could not be read when it was opened. */
    public List<DamagedRange> damages() {
        return damages;
    }

    /** Bytes of a torn tail that were cut. */
    public long cutBytes() {
        return cutBytes;
    }

    /** Whether offsets may have been handed out for messages that the log lost with the machine. */
    public boolean tailLost() {
        return tailLost;
    }

    /** Most offsets of a partition that may have been in damaged ranges, and cannot be told. */
    public long lostOffsets() {
        return lostOffsets;
    }

    /** The last checkpoint's position. */
    public long checkpointed() {
        return checkpoints.position();
    }

    /** Bytes of log behind the last checkpoint. */
    public long sinceCheckpoint() {
        return log.tail() - checkpoints.position();
    }

    /**
     * Begins a checkpoint of the present state, unless one is under way; {@link #advance} must be called until it is
     * through. The log is forced up to it first, so a checkpoint never knows more than the log. A failure leaves the last
     * checkpoint in force and is tried again later.
     */
    public void checkpoint() {
        checkpoints.begin();
    }

    /** Goes on with a checkpoint for a while; false where there is nothing to do at present. */
    public boolean advance() {
        return checkpoints.advance();
    }

    /** To be called every now and then: goes on with work that a full disk may have stopped. */
    public void resume() {
        log.refill();
        indexUpkeep.deleteDropped();
        indexUpkeep.resume();
        keys.resume(log);
        checkpoints.resume();
    }

    /** Part of the volume that is in use, 0 to 1; 0 where that can't be told. */
    public double diskUsed() {
        try {
            long total = files.totalBytes();
            return total <= 0 ? 0 : 1 - (double) files.usableBytes() / total;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Bytes that the volume has free; 0 where that can't be told. */
    public long bytesFree() {
        return log.reserve().usableBytes();
    }

    /** Bytes that a volume which was full must have free before messages are taken again. */
    public long bytesWanted() {
        return log.reserve().missing() + Log.ROOM_AGAIN;
    }

    /** Names the directory in what an operator reads. */
    public String place() {
        return files.place();
    }

    /** Everything below is in two checkpoints: segments that end there may be dropped. */
    public long dispensable() {
        return checkpoints.dispensable();
    }

    /**
     * Drops a segment with its index entries, if both checkpoints cover it and it is not the last. A poisoned log
     * drops nothing: the state may know of records that never reached the disk, such as one by which a message was
     * carried out of this segment.
     *
     * @param base first position of the segment
     */
    public boolean drop(long base) {
        long[] bases = log.segmentBases();
        if (base == bases[bases.length - 1] || log.poison() != null || log.segmentEnd(base) > dispensable()) {
            return false;
        }
        long end = log.segmentEnd(base);
        log.drop(base);
        forget(base == bases[0] ? 0 : base, base == bases[0] ? log.begin() : end);
        return true;
    }

    /** Drops the oldest segment, as {@link #drop} does. */
    boolean dropFirst() {
        return drop(log.begin());
    }

    /** Takes what the log no longer has, from a position on, up to another, out of the index, and of that of keys. */
    public void forget(long from, long to) {
        index.drop(from, to);
        keys.drop(from, to);
        indexUpkeep.deleteDropped();
    }

    /** Ends cleanly: everything on stable storage, and a checkpoint at the tail. Background work must be at rest. */
    public void close() throws IOException {
        log.write();
        if (log.poison() == null && log.tail() > checkpointed()) {
            log.forceJob().run();
            try {
                checkpoints.close();
            } catch (IOException e) {
                tryAgain();
            }
        }
        log.close();
    }

    /** The disk is full: the reserve may help, and else the next start reads more of the log. */
    private void tryAgain() {
        if (!log.reserve().release(log.reserveLeft())) {
            return;
        }
        try {
            checkpoints.close();
        } catch (IOException e) {
            return; // the log ends cleanly all the same
        }
    }
}
