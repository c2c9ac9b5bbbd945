package io.posthorse.log;

import java.util.List;

/** Entries that have no file yet, and will not change. */
record FrozenEntries(List<Part> parts, List<RelocatedRecord> relocated) {
    /** One partition's part of it. */
    record Part(int partition, Chunk chunk) {}
}
