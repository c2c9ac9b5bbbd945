package io.posthorse.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of a subscription that were held by a consumer whose connection was lost, with the number of times. Nobody
 * knows whether the application had seen them, so these attempts are counted in memory only, until the process ends: they
 * protect against a message that kills each of its consumers, and a restart makes no dead letters of messages that were
 * never delivered.
 */
final class LostDeliveries {
    /** Numbers by partition and offset. */
    private final Map<Integer, TreeMap<Long, Integer>> counts = new HashMap<>(4);

    void add(int partition, long offset) {
        counts.computeIfAbsent(partition, p -> new TreeMap<>()).merge(offset, 1, Integer::sum);
    }

    int count(int partition, long offset) {
        TreeMap<Long, Integer> there = counts.get(partition);
        return there == null ? 0 : there.getOrDefault(offset, 0);
    }

    /** Removes messages that are settled. */
    void settled(int partition, long first, long count) {
        TreeMap<Long, Integer> there = counts.get(partition);
        if (there != null) {
            there.subMap(first, first + count).clear();
            if (there.isEmpty()) {
                counts.remove(partition);
            }
        }
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }
}
