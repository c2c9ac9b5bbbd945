package io.posthorse.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The number of times that each message of a subscription was held by a consumer whose connection was lost (decision 49).
 * These attempts are uncertain, so they are in memory only and end with the process. They protect against a message that
 * kills each of its consumers.
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
