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
    private static final int PAUSE = 10;
    /** What a checkpoint takes beside its contents: blocks that are not filled, names. */
    private static final long CHECKPOINT_ROOM = 64 << 10;

    private final FileStore files;
    private final Background background;
    private final Log log;
    private final Index index;
    private final CheckpointFiles checkpoints;
    private final List<Damage> damages;
    private final boolean tailLost;
    private final long lostOffsets;
    private final long cutBytes;
    private long checkpointed;
    /** Position of the checkpoint before the last one: what is below is not needed even if the last one goes bad. */
    private long dispensable;
    private boolean checkpointing;
    /** Whether the checkpoint under way is written for the second time. */
    private boolean retried;
    /** Calls of {@link #resume} that a checkpoint waits for after one has failed. */
    private int pause;
    private final KeyIndex keys;
    private final IndexUpkeep indexUpkeep;
    /** Stretches whose key file could not be written so far; they stay readable in memory. */
    private final List<GrowingKeys> unwrittenKeys = new ArrayList<>();

    private Store(
            FileStore files, Background background, Log log, Index index, KeyIndex keys, Recovered recovered,
            long checkpointed) {
        this.keys = keys;
        this.files = files;
        this.checkpoints = new CheckpointFiles(files);
        this.background = background;
        this.log = log;
        this.index = index;
        this.damages = List.copyOf(recovered.damages());
        this.tailLost = recovered.tailLost();
        this.lostOffsets = recovered.lostOffsets();
        this.cutBytes = recovered.cutBytes();
        this.checkpointed = checkpointed;
        this.indexUpkeep = new IndexUpkeep(files, background, log, index, checkpointed);
    }

    /** The layer above, whose state is a function of the log. */
    public interface State extends Replay, KeyIndex.Source {
        /** Takes the state of a checkpoint, before any record; creates its partitions in the index. */
        void restore(ByteBuffer state);

        /** The state of all records up to now, as bytes that {@link #restore} understands. */
        ByteBuffer snapshot();
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
        CheckpointFiles.Checkpoint checkpoint = CheckpointFiles.newest(files);
        long from = 0;
        if (checkpoint != null) {
            from = checkpoint.position();
            state.restore(checkpoint.state());
        } else if (firstSegment(files) > 0) {
            throw new LogCorruptException("No checkpoint in the data directory is whole, and the log no longer begins at"
                    + " its start, so topics and offsets cannot be rebuilt. Restore the *.checkpoint files from a backup;"
                    + " nothing was changed.");
        }
        Recovery recovery = new Recovery(files, settings, state);
        loadIndex(files, index, from, recovery);
        Recovered recovered = recovery.run(from);
        Log log = new Log(files, settings, background, recovered);
        KeyIndex keys = new KeyIndex(files, background, state, log.tail());
        Store store = new Store(files, background, log, index, keys, recovered, from);
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
            if (IndexFile.isName(name) && !used.contains(name) || name.startsWith("unfinished-")
                    || CheckpointFiles.position(name) > checkpointed) { // a newer one that was not used is damaged
                files.delete(name); // of a checkpoint or a merge that was never finished, or merged, or of dropped segments
            }
        }
        log.start();
        keys.load(log);
        indexUpkeep.resume();
        long[] older = new long[1];
        background.run(() -> older[0] = CheckpointFiles.older(files, checkpointed), failure -> {
            if (failure == null) {
                dispensable = Math.max(dispensable, older[0]); // both are whole, so what an earlier run made dispensable is
            }
        });
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
    public List<Damage> damages() {
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
        return checkpointed;
    }

    /** Bytes of log behind the last checkpoint. */
    public long sinceCheckpoint() {
        return log.tail() - checkpointed;
    }

    /**
     * Takes a checkpoint of the present state, unless one is under way. The log is forced up to it first, so a
     * checkpoint never knows more than the log. A failure leaves the last checkpoint in force and is tried again later.
     */
    public void checkpoint(State state) {
        if (checkpointing || pause > 0 || log.poison() != null || log.tail() == checkpointed) {
            return;
        }
        log.write();
        if (log.poison() != null) {
            return; // the state has seen what the log has not
        }
        checkpointing = true;
        long to = log.tail();
        Frozen entries = index.freeze();
        unwrittenKeys.addAll(keys.freeze(to));
        ByteBuffer snapshot = state.snapshot();
        background.run(log.forceJob(), failure -> {
            if (failure == null) {
                write(to, entries, snapshot);
            } else {
                checkpointing = false;
                log.fail(failure);
            }
        });
    }

    private void write(long to, Frozen entries, ByteBuffer snapshot) {
        long from = checkpointed;
        List<StripeFile> stripe = new ArrayList<>(1);
        background.run(
                () -> {
                    stripe.add(IndexFile.write(files, IndexUpkeep.UNFINISHED, from, to, entries, true));
                    checkpoints.write(to, snapshot);
                },
                failure -> {
                    checkpointing = false;
                    if (failure != null) {
                        retry(to, entries, snapshot);
                    } else {
                        retried = false;
                        dispensable = Math.max(dispensable, from);
                        checkpointed = to;
                        index.adopt(stripe.get(0), entries);
                        indexUpkeep.mergeBelow(dispensable);
                    }
                });
        writeKeys();
    }

    /** Where the disk is full, the reserve gives room for a checkpoint, once; else the next one waits. */
    private void retry(long to, Frozen entries, ByteBuffer snapshot) {
        long need = snapshot.remaining() + (long) entries.parts().size() * Chunk.ENTRY + CHECKPOINT_ROOM;
        if (!retried && log.poison() == null && log.releaseReserve(need)) {
            retried = true;
            checkpointing = true;
            write(to, entries, snapshot);
        } else {
            retried = false;
            pause = PAUSE;
        }
    }

    /** Not part of the checkpoint, which must not wait for it: what is missing is made from the log again. */
    private void writeKeys() {
        List<GrowingKeys> stretches = List.copyOf(unwrittenKeys);
        List<SortedKeys> written = new ArrayList<>();
        background.run(
                () -> {
                    for (GrowingKeys stretch : stretches) {
                        written.add(KeyFile.write(files, stretch, stretch.to));
                    }
                },
                failure -> {
                    written.forEach(keys::replace);
                    unwrittenKeys.removeAll(stretches.subList(0, written.size()));
                    keys.rebuild(log);
                });
    }

    /** To be called every now and then: goes on with work that a full disk may have stopped. */
    public void resume() {
        pause = Math.max(0, pause - 1);
        log.refill();
        indexUpkeep.deleteDropped();
        indexUpkeep.resume();
        keys.resume(log);
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

    /** Everything below is in two checkpoints: segments that end there may be dropped. */
    public long dispensable() {
        return dispensable;
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
        if (base == bases[bases.length - 1] || log.poison() != null || log.segmentEnd(base) > dispensable) {
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
    public void close(State state) throws IOException {
        log.write();
        if (log.poison() == null && log.tail() > checkpointed) {
            log.forceJob().run();
            try {
                closingCheckpoint(state);
            } catch (IOException e) {
                tryAgain(state);
            }
        }
        log.close();
    }

    /** The disk is full: the reserve may help, and else the next start reads more of the log. */
    private void tryAgain(State state) {
        if (!log.releaseReserve(log.reserveLeft())) {
            return;
        }
        try {
            closingCheckpoint(state);
        } catch (IOException e) {
            pause = PAUSE; // the log ends cleanly all the same
        }
    }

    private void closingCheckpoint(State state) throws IOException {
        IndexFile.write(files, IndexUpkeep.UNFINISHED, checkpointed, log.tail(), index.freeze(), true);
        checkpoints.write(log.tail(), state.snapshot());
        unwrittenKeys.addAll(keys.freeze(log.tail()));
        for (GrowingKeys stretch : unwrittenKeys) {
            KeyFile.write(files, stretch, stretch.to);
        }
    }
}
