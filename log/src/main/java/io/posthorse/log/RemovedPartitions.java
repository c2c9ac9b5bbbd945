package io.posthorse.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Removed partitions that a start may find again: the records of the removal may be lost with the machine, or the
 * checkpoint that knows it may go bad. Until both kept checkpoints know of it, their entries stay in the index files.
 */
final class RemovedPartitions {
    /** Numbers of partitions removed between two freezes, the oldest first; the last list grows. */
    private final ArrayDeque<List<Integer>> generations = new ArrayDeque<>(List.of(new ArrayList<>()));
    /** Number of the first generation that is kept. */
    private int first;

    private int lastWhole;
    private int wholeBefore;

    void add(int partition) {
        generations.getLast().add(partition);
    }

    /**
     * Begins a checkpoint: later removals are not in it.
     *
     * @return its number
     */
    int freeze() {
        generations.add(new ArrayList<>());
        return first + generations.size() - 1;
    }

    /** Notes that a checkpoint is whole. */
    void whole(int number) {
        wholeBefore = lastWhole;
        lastWhole = number;
        while (first < wholeBefore) {
            generations.remove();
            first++;
        }
    }

    /** Returns the numbers of all removed partitions. */
    IntStream numbers() {
        return generations.stream().flatMap(List::stream).mapToInt(Integer::intValue);
    }
}
