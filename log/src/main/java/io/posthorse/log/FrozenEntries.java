package io.posthorse.log;

import java.util.List;

/** Entries that have no file yet and no longer change. */
record FrozenEntries(List<Part> parts, List<RelocatedRecord> relocated) {
    /** The entries of one partition's chunk. */
    record Part(int partition, Chunk chunk) {}
}
