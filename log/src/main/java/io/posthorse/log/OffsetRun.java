package io.posthorse.log;

/** A run of consecutive offsets of a partition in one chunk: all are there, and none has a newer position elsewhere. */
record OffsetRun(int partition, Chunk chunk, long first, long end) {
    boolean holds(int of, long offset) {
        return partition == of && offset >= first && offset < end;
    }

    int at(long offset) {
        return (int) (offset - chunk.base);
    }
}
