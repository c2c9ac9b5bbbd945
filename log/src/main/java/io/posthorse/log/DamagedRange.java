package io.posthorse.log;

/** A range of positions below the tail that holds no readable record. A quarantine file has a copy of its bytes. */
public record DamagedRange(long from, long to) {
    public long bytes() {
        return to - from;
    }
}
