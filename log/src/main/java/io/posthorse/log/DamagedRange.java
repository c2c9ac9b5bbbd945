package io.posthorse.log;

/** A range of positions below the tail that holds no readable record. Its bytes were copied to a quarantine file. */
public record DamagedRange(long from, long to) {
    public long bytes() {
        return to - from;
    }
}
