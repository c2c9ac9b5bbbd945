package io.posthorse.platform;

/**
 * A minimum rate of progress for a peer that others wait for: an average after an initial pause. Progress before others
 * began to wait does not count.
 */
public final class MinimumRate {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final int MS_PER_S = 1_000;

    private final long leastBytesPerS;
    private final long restMs;
    private long sinceNanos;
    private long bytesBefore;

    /**
     * @param leastBytesPerS minimum average in bytes per second since others began to wait
     * @param restMs ms without required progress
     */
    public MinimumRate(long leastBytesPerS, long restMs) {
        this.leastBytesPerS = leastBytesPerS;
        this.restMs = restMs;
    }

    /**
     * Notes that others wait from now on.
     *
     * @param bytes total progress so far, counted from any time
     */
    public void begin(long nanos, long bytes) {
        sinceNanos = nanos;
        bytesBefore = bytes;
    }

    /**
     * Returns whether progress is too slow for others to keep waiting.
     *
     * @param bytes total progress, as in {@link #begin}
     */
    public boolean isTooSlow(long nanos, long bytes) {
        long workingMs = (nanos - sinceNanos) / NANOS_PER_MS - restMs;
        return workingMs > 0 && bytes - bytesBefore < workingMs * leastBytesPerS / MS_PER_S;
    }
}
