package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A data directory: the log, the index over it, and the checkpoints that make opening it quick. */
public final class Store {
    private final FileStore files;
    private final Background background;
    private final Log log;
    private final Index index;
    private final CheckpointFiles checkpoints;
    private final List<Damage> damages;
    private final boolean tailLost;
    private final long cutBytes;
    private long checkpointed;
    /** Position of the checkpoint before the last one: what is below is not needed even if the last one goes bad. */
    private long dispensable;
    private boolean checkpointing;
    private final KeyIndex keys;
    /** Entries whose index file could not be written so far; they stay readable in memory. */
    private final List<Index.Stripe> unwritten = new ArrayList<>();

    /** Stretches whose key file could not be written so far; the same holds for them. */
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
        this.cutBytes = recovered.cutBytes();
        this.checkpointed = checkpointed;
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
        index.dropBelow(log.begin());
        KeyIndex keys = new KeyIndex(files, background, state, log.tail());
        return new Store(files, background, log, index, keys, recovered, from);
    }

    private static long firstSegment(FileStore files) throws IOException {
        return files.list().stream().mapToLong(Segment::baseOf).filter(b -> b >= 0).min().orElse(0);
    }

    private static void loadIndex(FileStore files, Index index, long to, Recovery recovery) throws IOException {
        IndexRebuild rebuild = new IndexRebuild(recovery.segments(), index);
        long covered = firstSegment(files);
        long loaded = 0;
        for (String name : files.list()) {
            if (!IndexFile.isName(name) || IndexFile.to(name) > to || IndexFile.from(name) < loaded) {
                continue; // of a checkpoint that was never finished, or is not the one in force
            }
            ByteBuffer view = IndexFile.to(name) > covered ? IndexFile.open(files, name) : null;
            if (view == null) {
                continue;
            }
            if (IndexFile.from(name) > covered) {
                rebuild.run(covered, IndexFile.from(name));
            }
            index.adopt(view, List.of());
            covered = IndexFile.to(name);
            loaded = covered;
        }
        if (covered < to) {
            rebuild.run(covered, to);
        }
    }

    /**
     * Ends the opening. Before, the layer above may append what the opening demands; from here on that is certain to
     * survive, and the run counts as begun.
     */
    public void start() throws IOException {
        for (String name : files.list()) {
            if (IndexFile.isName(name) && IndexFile.to(name) > checkpointed) {
                files.delete(name); // its checkpoint was never finished, and another one will cover that stretch
            }
        }
        log.start();
        keys.load(log);
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
        if (checkpointing || log.poison() != null || log.tail() == checkpointed) {
            return;
        }
        log.write();
        if (log.poison() != null) {
            return; // the state has seen what the log has not
        }
        checkpointing = true;
        long to = log.tail();
        unwritten.addAll(index.freeze());
        List<Index.Stripe> stripes = List.copyOf(unwritten);
        unwrittenKeys.addAll(keys.freeze(to));
        ByteBuffer snapshot = state.snapshot();
        background.run(log.forceJob(), failure -> {
            if (failure == null) {
                write(to, stripes, snapshot);
            } else {
                checkpointing = false;
                log.fail(failure);
            }
        });
    }

    private void write(long to, List<Index.Stripe> stripes, ByteBuffer snapshot) {
        long from = checkpointed;
        List<ByteBuffer> view = new ArrayList<>(1);
        background.run(
                () -> {
                    view.add(IndexFile.write(files, from, to, stripes));
                    checkpoints.write(to, snapshot);
                },
                failure -> {
                    checkpointing = false;
                    if (failure == null) {
                        dispensable = from;
                        checkpointed = to;
                        unwritten.clear();
                        index.adopt(view.get(0), stripes);
                    }
                });
        writeKeys();
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
                });
    }

    /** To be called every now and then: goes on with work that a full disk may have stopped. */
    public void resume() {
        log.refill();
        keys.rebuild(log);
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

    /**
     * Drops the oldest segment with its index entries, if both checkpoints cover it and it is not the last. A poisoned log
     * drops nothing: the state may know of records that never reached the disk, such as one by which a message was
     * carried out of this segment.
     */
    public boolean dropFirst() {
        long[] bases = log.segmentBases();
        if (bases.length < 2 || bases[1] > dispensable || log.poison() != null) {
            return false;
        }
        log.drop(bases[0]);
        index.dropBelow(bases[1]);
        keys.dropBelow(bases[1]);
        background.run(
                () -> {
                    deleteIndexBelow(bases[1]);
                    keys.deleteBelow(bases[1]);
                },
                failure -> {});
        return true;
    }

    private void deleteIndexBelow(long position) throws IOException {
        for (String name : files.list()) {
            if (IndexFile.isName(name) && IndexFile.to(name) <= position) {
                files.delete(name);
            }
        }
    }

    /** Ends cleanly: everything on stable storage, and a checkpoint at the tail. Background work must be at rest. */
    public void close(State state) throws IOException {
        log.write();
        if (log.poison() == null && log.tail() > checkpointed) {
            log.forceJob().run();
            unwritten.addAll(index.freeze());
            IndexFile.write(files, checkpointed, log.tail(), unwritten);
            checkpoints.write(log.tail(), state.snapshot());
            unwrittenKeys.addAll(keys.freeze(log.tail()));
            for (GrowingKeys stretch : unwrittenKeys) {
                KeyFile.write(files, stretch, stretch.to);
            }
        }
        log.close();
    }
}
