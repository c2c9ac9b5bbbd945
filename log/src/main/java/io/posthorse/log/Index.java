package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The index of all partitions of a log, by number. It is derived from the log: a checkpoint writes the entries of each
 * stretch of log (a stripe) to an {@link IndexFile}; where that file is missing, the entries are rebuilt from the records.
 */
public final class Index {
    private final PartitionTable partitions = new PartitionTable();
    /** Number of partitions whose chunks are frozen or released at a time: a fraction of a millisecond. */
    private int step = 2_000;

    private final RecentEntries recent = new RecentEntries();
    /** Relocations of the checkpoint that has begun. */
    private List<RelocatedRecord> relocated = List.of();
    private final RemovedPartitions removals = new RemovedPartitions();
    private int freezes;
    private final Relocations relocations = new Relocations();
    private final StripeFiles files = new StripeFiles();
    private final OffsetRunCache runs = new OffsetRunCache();
    /** Empty files, to be deleted. */
    private final List<StripeFile> dropped = new ArrayList<>();

    private GoneRanges gone = GoneRanges.NONE;
    /** Number of times that records went away. */
    private int drops;

    private long committed = Long.MAX_VALUE;
    /** The highest position to which a message was relocated. */
    private long relocatedLast = -1;

    /** Returns a partition by number, or null. */
    public PartitionIndex partition(int id) {
        return partitions.get(id);
    }

    /** Adds a partition; {@code begin} and {@code next} are 0 for a new one. */
    public PartitionIndex create(int id, long begin, long next) {
        assert partitions.get(id) == null : "partition " + id + " exists";
        PartitionIndex created = new PartitionIndex(this, id, begin, next);
        partitions.put(created);
        return created;
    }

    /** Removes a partition. Merges of the index files remove its entries there. */
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

    /** Adds the entry of a message's record. */
    public void append(PartitionIndex partition, long offset, long position, int length, int tag) {
        recent.appends(partition);
        partition.append(offset, position, length, tag);
    }

    /**
     * Adds the new position of a message that was written again at a higher position. Readers use it once that position is
     * committed; the older record must stay until then.
     */
    public void relocate(PartitionIndex partition, long offset, long position, int length, int tag) {
        assert offset < partition.next() : "offset " + offset + " of partition " + partition.id + " was never given out";
        relocations.add(new RelocatedRecord(partition.id, offset, position, length, tag));
        relocatedLast = Math.max(relocatedLast, position);
        partition.relocated(offset);
        runs.clear(partition.id);
    }

    /** Sets the committed position: relocations to positions below it are in force. */
    public void committed(long position) {
        if (relocatedLast >= Math.min(committed, position)) {
            runs.clear();
        }
        committed = position;
    }

    /** Skips the given number of offsets of a partition. */
    public void jump(PartitionIndex partition, long offsets) {
        partition.jump(offsets);
    }

    /** Skips the given number of offsets of every partition. */
    public void jump(long offsets) {
        all().forEach(p -> p.jump(offsets));
    }

    public Collection<PartitionIndex> all() {
        return partitions.all();
    }

    /** Notes that everything below a position is gone; each partition follows at its next use. */
    public void dropBelow(long position) {
        drop(0, position);
    }

    /** Notes that the records between two positions are gone. */
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

    /** Returns the files that became unused since the last call. */
    List<StripeFile> takeDropped() {
        List<StripeFile> taken = List.copyOf(dropped);
        dropped.clear();
        return taken;
    }

    // ---- files

    /** Sets the number of partitions per step. */
    void step(int partitionsAtATime) {
        step = partitionsAtATime;
    }

    /** Begins a checkpoint of the present entries, which stay readable. Calls of {@link #freeze} must follow. */
    void beginFreeze() {
        recent.begin();
        freezes = removals.freeze();
        relocated = relocations.freeze();
    }

    /** Freezes some chunks of those entries; returns false once all are frozen. */
    boolean freeze() {
        return recent.freeze(step);
    }

    /** Returns the frozen entries that are in no file yet. */
    FrozenEntries frozen() {
        return new FrozenEntries(recent.frozen(), relocated);
    }

    /** Notes that a file holds frozen entries; calls of {@link #letGo} must follow. */
    void adopt(StripeFile file, FrozenEntries entries) {
        files.add(file);
        recent.written(entries.parts());
        relocations.written(entries.relocated());
        removals.whole(freezes);
        runs.clear();
    }

    /** Releases some entries that a file holds; returns false once none is left. */
    boolean letGo() {
        boolean more = recent.letGo(step, partitions);
        if (!more) {
            runs.clear();
        }
        return more;
    }

    /** Replaces files by others; returns false where the former are not in use any more. */
    boolean replace(List<StripeFile> before, List<StripeFile> now) {
        runs.clear();
        return files.replace(before, now);
    }

    /** Replaces a damaged file by the records of its stretch. */
    void replaceDamaged(StripeFile damaged) {
        runs.clear();
        if (!damaged.isMissing()) {
            files.repair(damaged);
        }
    }

    /** Has all files checked again, block by block at the next reads. */
    void forgetChecks() {
        runs.clear(); // they count as checked
        files.all().forEach(StripeFile::forgetChecks);
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

    /** Returns the numbers of all present partitions, and of removed ones that a start may find again, ascending. */
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

    /** Returns whether a relocation to a position is in force. */
    private boolean inForce(long position) {
        return position < committed && !gone.holds(position);
    }

    /** Returns the run that holds an offset, or the first one behind it; null where there is none. */
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

    /** Does the same for appended records alone. Skips gone records by bisection, since positions grow with offsets. */
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

    /** Returns the chunk that holds an offset, or the first one behind it with records at or above a position. */
    private Chunk chunk(PartitionIndex partition, long offset, long position) {
        Chunk recent = partition.recent(offset);
        if (recent != null && recent.base <= offset) {
            return recent;
        }
        Chunk inFile = files.ceiling(partition.id, offset, position);
        return inFile == null ? recent : inFile;
    }

    /** Returns the first offset in files whose record was appended at or above a position; -1 where there is none. */
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
