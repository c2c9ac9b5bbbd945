package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;

/**
 * What of the index is in no file yet, by partition. A checkpoint ends the chunks that grew before it began, some partitions
 * at a time; one that gets an entry meanwhile, or is removed, comes first. What a file holds is let go of by steps too.
 */
final class RecentEntries {
    /** Partitions with entries since the last checkpoint began, and some that were removed since. */
    private List<PartitionIndex> growing = new ArrayList<>();
    /** Those whose chunks the checkpoint that has begun has still to end. */
    private List<PartitionIndex> freezing = List.of();

    private int at;
    /** Number of the last checkpoint. */
    private int generation;
    /** Chunks that are in no file yet, though they grow no more. */
    private final List<FrozenEntries.Part> frozen = new ArrayList<>();
    /** Chunks that are in a file, and in memory too. */
    private List<FrozenEntries.Part> written = List.of();

    private int let;

    /** A partition is about to get an entry. */
    void appends(PartitionIndex partition) {
        if (partition.generation == generation && !partition.isIdle()) {
            return;
        }
        partition.freezeAll(frozen); // where a checkpoint has begun, and not come to it
        partition.generation = generation;
        growing.add(partition);
    }

    /** A partition is about to go: a start from the checkpoint that has begun may find it again. */
    void removes(PartitionIndex partition) {
        if (partition.generation != generation) {
            partition.freezeAll(frozen);
        }
    }

    /** A checkpoint begins: all that is there is its. */
    void begin() {
        freeze(Integer.MAX_VALUE); // nothing is left of the one before
        freezing = growing;
        at = 0;
        growing = new ArrayList<>();
        generation++;
    }

    /** Ends the chunks of so many partitions; false where all are ended. */
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

    /** All that is ended and in no file. */
    List<FrozenEntries.Part> frozen() {
        return List.copyOf(frozen);
    }

    /** Entries are in a file from now on; {@link #letGo} must follow. */
    void written(List<FrozenEntries.Part> parts) {
        frozen.subList(0, parts.size()).clear();
        written = parts;
        let = 0;
    }

    /** Lets go of so many chunks that are in a file; false where none is left. */
    boolean letGo(int most, PartitionTable partitions) {
        for (int left = most; left > 0 && let < written.size(); left--) {
            FrozenEntries.Part part = written.get(let++);
            PartitionIndex partition = partitions.get(part.partition());
            if (partition != null) {
                partition.written(part.chunk());
            }
        }
        if (let < written.size()) {
            return true;
        }
        written = List.of();
        return false;
    }

    /** Records are gone: no chunk is to be taken unasked. */
    void disturbed() {
        growing.forEach(PartitionIndex::disturbed);
        freezing.forEach(PartitionIndex::disturbed);
        frozen.forEach(part -> ((Chunk.InMemory) part.chunk()).plain = false);
        written.forEach(part -> ((Chunk.InMemory) part.chunk()).plain = false);
    }

    /** Whether chunks are in memory that are in a file too. */
    boolean isLettingGo() {
        return !written.isEmpty();
    }
}
