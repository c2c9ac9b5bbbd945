package io.posthorse.log;

/** Consecutive offsets of a partition that one chunk answers for: all are there, and none has a newer place elsewhere. */
record OffsetRun(int partition, Chunk chunk, long first, long end) {
    boolean holds(int of, long offset) {
        return partition == of && offset >= first && offset < end;
    }

    int at(long offset) {
        return (int) (offset - chunk.base);
    }
}
