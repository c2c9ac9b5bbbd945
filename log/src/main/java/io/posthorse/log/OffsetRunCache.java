package io.posthorse.log;

import java.util.Arrays;

/**
 * The runs that were asked for last: who reads a partition asks for what stands beside it next. One place for partitions
 * that share it, so that the memory is that of readers, not of partitions, and old files are let go.
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
