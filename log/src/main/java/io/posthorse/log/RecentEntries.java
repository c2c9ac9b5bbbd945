package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;

/**
 * The index entries that are in no file yet, by partition. A checkpoint freezes the chunks that grew before it began, some
 * partitions at a time; a partition that gets an entry meanwhile, or is removed, is frozen first. Entries that a file holds
 * are released in steps too.
 */
final class RecentEntries {
    /** Partitions with entries since the last checkpoint began, and some removed since. */
    private List<PartitionIndex> growing = new ArrayList<>();
    /** Partitions whose chunks the checkpoint under way has still to freeze. */
    private List<PartitionIndex> freezing = List.of();

    private int at;
    /** Number of the last checkpoint. */
    private int generation;
    /** Chunks that no longer grow and are in no file yet. */
    private final List<FrozenEntries.Part> frozen = new ArrayList<>();
    /** Chunks that are in a file, and in memory too. */
    private List<FrozenEntries.Part> written = List.of();

    private int released;

    /** Prepares a partition for a new entry. */
    void appends(PartitionIndex partition) {
        if (partition.generation == generation && !partition.isIdle()) {
            return;
        }
        partition.freezeAll(frozen); // where the checkpoint under way has not frozen it yet
        partition.generation = generation;
        growing.add(partition);
    }

    /** Prepares a partition's removal: a start from the checkpoint under way may find it again. */
    void removes(PartitionIndex partition) {
        if (partition.generation != generation) {
            partition.freezeAll(frozen);
        }
    }

    /** Begins a checkpoint of all present entries. */
    void begin() {
        freeze(Integer.MAX_VALUE); // completes the freeze before
        freezing = growing;
        at = 0;
        growing = new ArrayList<>();
        generation++;
    }

    /** Freezes the chunks of at most {@code most} partitions; returns false once all are frozen. */
    boolean freeze(int most) {
        for (int left = most; left > 0 && at < freezing.size(); left--) {
            PartitionIndex partition = freezing.get(at++);
            if (partition.generation != generation) {
                partition.freezeAll(frozen);
            }
        }
        if (at < freezing.size()) {
            return true;
        }
        freezing = List.of();
        at = 0;
        return false;
    }

    /** Returns all frozen chunks that are in no file. */
    List<FrozenEntries.Part> frozen() {
        return List.copyOf(frozen);
    }

    /** Notes that a file holds chunks; calls of {@link #letGo} must follow. */
    void written(List<FrozenEntries.Part> parts) {
        frozen.subList(0, parts.size()).clear();
        written = parts;
        released = 0;
    }

    /** Releases at most {@code most} chunks that a file holds; returns false once none is left. */
    boolean letGo(int most, PartitionTable partitions) {
        for (int left = most; left > 0 && released < written.size(); left--) {
            FrozenEntries.Part part = written.get(released++);
            PartitionIndex partition = partitions.get(part.partition());
            if (partition != null) {
                partition.written(part.chunk());
            }
        }
        if (released < written.size()) {
            return true;
        }
        written = List.of();
        return false;
    }

    /** Notes that records are gone: readers must check every chunk. */
    void disturbed() {
        growing.forEach(PartitionIndex::disturbed);
        freezing.forEach(PartitionIndex::disturbed);
        frozen.forEach(part -> ((Chunk.InMemory) part.chunk()).plain = false);
        written.forEach(part -> ((Chunk.InMemory) part.chunk()).plain = false);
    }

    /** Returns whether memory has chunks that a file holds too. */
    boolean isLettingGo() {
        return !written.isEmpty();
    }
}
