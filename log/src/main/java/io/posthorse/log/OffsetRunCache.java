package io.posthorse.log;

import java.util.Arrays;

/**
 * A cache of the runs used last, since a reader of a partition continues with the next offset. Partitions share slots, so
 * that the memory depends on the number of readers, not of partitions, and old files are released.
 */
final class OffsetRunCache {
    private static final int SLOTS = 1 << 10;

    private final OffsetRun[] slots = new OffsetRun[SLOTS];
    private boolean used;

    OffsetRun get(int partition, long offset) {
        OffsetRun run = slots[slot(partition)];
        return run != null && run.holds(partition, offset) ? run : null;
    }

    void put(OffsetRun run) {
        slots[slot(run.partition())] = run;
        used = true;
    }

    void clear() {
        if (used) {
            Arrays.fill(slots, null);
            used = false;
        }
    }

    void clear(int partition) {
        slots[slot(partition)] = null;
    }

    private static int slot(int partition) {
        return partition * 0x9E3779B9 >>> 22;
    }
}
