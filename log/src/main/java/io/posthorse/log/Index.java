package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * All partitions of a log, by number. Derived from the log: the entries of each stretch of log (a stripe) are written
 * to an {@link IndexFile} when a checkpoint is taken, and rebuilt from the records where that file is missing.
 */
public final class Index {
    private final PartitionTable partitions = new PartitionTable();
    /** Partitions whose chunks are ended, or let go of, at a time: a fraction of a millisecond. */
    private int step = 2_000;

    private final RecentEntries recent = new RecentEntries();
    /** What the checkpoint that has begun has relocated. */
    private List<RelocatedRecord> relocated = List.of();
    private final RemovedPartitions removals = new RemovedPartitions();
    private int freezes;
    private final Relocations relocations = new Relocations();
    private final StripeFiles files = new StripeFiles();
    private final OffsetRunCache runs = new OffsetRunCache();
    /** Files of which nothing is left, to be deleted. */
    private final List<StripeFile> dropped = new ArrayList<>();

    private GoneRanges gone = GoneRanges.NONE;
    /** How often something went away. */
    private int drops;

    private long committed = Long.MAX_VALUE;
    /** The highest place to which a message was relocated. */
    private long relocatedLast = -1;

    /** A partition by number, or null. */
    public PartitionIndex partition(int id) {
        return partitions.get(id);
    }

    /** Makes a partition known; {@code begin} and {@code next} are 0 for a new one. */
    public PartitionIndex create(int id, long begin, long next) {
        assert partitions.get(id) == null : "partition " + id + " exists";
        PartitionIndex created = new PartitionIndex(this, id, begin, next);
        partitions.put(created);
        return created;
    }

    /** Forgets a partition. What it has in files goes when those are merged. */
    public void remove(int id) {
        PartitionIndex removed = partitions.get(id);
        if (removed != null) {
            recent.removes(removed);
            partitions.remove(id);
            removals.add(id);
            removed.clear();
            relocations.remove(id);
            runs.clear(id);
        }
    }

    /** Notes a message's record. */
    public void append(PartitionIndex partition, long offset, long position, int length, int tag) {
        recent.appends(partition);
        partition.append(offset, position, length, tag);
    }

    /**
     * Notes that the record of a message that is there already was written again, further up in the log. In force, for
     * those who ask, once that place is committed; the older place must stay until then.
     */
    public void relocate(PartitionIndex partition, long offset, long position, int length, int tag) {
        assert offset < partition.next() : "offset " + offset + " of partition " + partition.id + " was never given out";
        relocations.add(new RelocatedRecord(partition.id, offset, position, length, tag));
        relocatedLast = Math.max(relocatedLast, position);
        partition.relocated(offset);
        runs.clear(partition.id);
    }

    /** The log is committed up to there: what was relocated to a place below is in force. */
    public void committed(long position) {
        if (relocatedLast >= Math.min(committed, position)) {
            runs.clear();
        }
        committed = position;
    }

    /** Leaves out so many offsets of a partition. */
    public void jump(PartitionIndex partition, long offsets) {
        partition.jump(offsets);
    }

    /** Leaves out so many offsets of every partition. */
    public void jump(long offsets) {
        all().forEach(p -> p.jump(offsets));
    }

    public Collection<PartitionIndex> all() {
        return partitions.all();
    }

    /** Everything below a position is gone; each partition follows when it is asked next. */
    public void dropBelow(long position) {
        drop(0, position);
    }

    /** The records from a position on, up to another, are gone. */
    public void drop(long from, long to) {
        GoneRanges now = gone.with(from, to);
        if (now == gone) {
            return;
        }
        gone = now;
        drops++;
        runs.clear();
        if (to > files.end() || recent.isLettingGo()) {
            recent.disturbed();
        }
        dropped.addAll(files.drop(now));
    }

    /** Files that are not needed any more since the last call. */
    List<StripeFile> takeDropped() {
        List<StripeFile> taken = List.copyOf(dropped);
        dropped.clear();
        return taken;
    }

    // ---- files

    /** Has so many partitions be looked at at a time. */
    void step(int partitionsAtATime) {
        step = partitionsAtATime;
    }

    /** A checkpoint begins: the entries that are there now are its; they stay readable. {@link #freeze} must follow. */
    void beginFreeze() {
        recent.begin();
        freezes = removals.freeze();
        relocated = relocations.freeze();
    }

    /** Ends some chunks of those entries; false where all are ended. */
    boolean freeze() {
        return recent.freeze(step);
    }

    /** All that was ended and is in no file yet. */
    FrozenEntries frozen() {
        return new FrozenEntries(recent.frozen(), relocated);
    }

    /** Entries that were frozen are in a file from now on; {@link #letGo} must follow. */
    void adopt(StripeFile file, FrozenEntries entries) {
        files.add(file);
        recent.written(entries.parts());
        relocations.written(entries.relocated());
        removals.whole(freezes);
        runs.clear();
    }

    /** Lets go of some entries that are in a file now; false where none is left. */
    boolean letGo() {
        boolean more = recent.letGo(step, partitions);
        if (!more) {
            runs.clear();
        }
        return more;
    }

    /** Puts other files in the place of some; false where those are not there any more. */
    boolean replace(List<StripeFile> before, List<StripeFile> now) {
        runs.clear();
        return files.replace(before, now);
    }

    /** A file is damaged: its stretch is to be read from the log. */
    void makeAgain(StripeFile damaged) {
        runs.clear();
        if (!damaged.isMissing()) {
            files.repair(damaged);
        }
    }

    StripeFiles files() {
        return files;
    }

    GoneRanges gone() {
        return gone;
    }

    long committed() {
        return committed;
    }

    /** The numbers of all partitions that are there, or that a start may find again, ascending. */
    int[] ids() {
        int[] removed = removals.numbers().toArray();
        int[] there = partitions.ids();
        int[] all = Arrays.copyOf(there, there.length + removed.length);
        System.arraycopy(removed, 0, all, there.length, removed.length);
        Arrays.sort(all);
        int count = 0;
        for (int id : all) {
            if (count == 0 || all[count - 1] != id) {
                all[count++] = id;
            }
        }
        return Arrays.copyOf(all, count);
    }

    // ---- for the partitions

    int drops() {
        return drops;
    }

    /** Whether a place to which a message was relocated is the message's. */
    private boolean inForce(long position) {
        return position < committed && !gone.holds(position);
    }

    /** The run that holds an offset, or the first one behind it; null where there is none. */
    OffsetRun run(PartitionIndex partition, long offset) {
        OffsetRun known = runs.get(partition.id, offset);
        while (known == null) {
            try {
                OffsetRun found = find(partition, offset);
                files.limitHeld();
                if (found == null) {
                    return null;
                }
                runs.put(found);
                return found;
            } catch (DamagedFile e) {
                runs.clear();
                files.repair(e.file());
            }
        }
        return known;
    }

    private OffsetRun find(PartitionIndex partition, long offset) {
        RelocatedRecord recent = relocations.ceiling(partition.id, offset, this::inForce);
        RelocatedRecord moved = files.relocated(partition.id, offset, recent, this::inForce);
        if (moved != null && moved.base == offset) {
            return new OffsetRun(partition.id, moved, offset, offset + 1);
        }
        OffsetRun appended = appended(partition, offset);
        if (moved == null) {
            return appended;
        }
        return appended == null || moved.base <= appended.first()
                ? new OffsetRun(partition.id, moved, moved.base, moved.base + 1)
                : new OffsetRun(partition.id, appended.chunk(), appended.first(), Math.min(appended.end(), moved.base));
    }

    /** The same of appended records alone: past what is gone by bisection, for their positions grow with offsets. */
    private OffsetRun appended(PartitionIndex partition, long offset) {
        long wanted = offset;
        long position = 0;
        while (true) {
            Chunk chunk = chunk(partition, wanted, position);
            if (chunk == null) {
                return null;
            }
            int i = (int) Math.max(0, wanted - chunk.base);
            while (i < chunk.count()) {
                long there = chunk.position(i);
                long end = gone.end(there);
                if (end == there) {
                    int known = i + chunk.readableFrom(i);
                    int whole = Math.min(known, chunk.below(gone.next(there)));
                    return new OffsetRun(partition.id, chunk, chunk.base + i, chunk.base + whole);
                }
                position = end;
                i = chunk.below(end);
            }
            wanted = chunk.end();
        }
    }

    /** The chunk that holds an offset, or the first one behind it that has records at or above a position. */
    private Chunk chunk(PartitionIndex partition, long offset, long position) {
        Chunk recent = partition.recent(offset);
        if (recent != null && recent.base <= offset) {
            return recent;
        }
        Chunk inFile = files.ceiling(partition.id, offset, position);
        return inFile == null ? recent : inFile;
    }

    /** The first offset whose record was appended at or above a position, of those in files; -1 where there is none. */
    long above(PartitionIndex partition, long position) {
        while (true) {
            try {
                return files.above(partition.id, position);
            } catch (DamagedFile e) {
                runs.clear();
                files.repair(e.file());
            }
        }
    }
}
