package io.posthorse.platform;

/**
 * How fast somebody goes on with what others wait for: at a least rate, after a while in which he may rest. What has gone on
 * before others began to wait counts for nothing.
 */
public final class MinimumRate {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final int MS_PER_S = 1_000;

    private final long leastBytesPerS;
    private final long restMs;
    private long sinceNanos;
    private long bytesBefore;

    /**
     * @param leastBytesPerS on the average since others began to wait
     * @param restMs for so long nothing need go on
     */
    public MinimumRate(long leastBytesPerS, long restMs) {
        this.leastBytesPerS = leastBytesPerS;
        this.restMs = restMs;
    }

    /**
     * Others wait from now on.
     *
     * @param bytes how many have gone on by now, counted from any time
     */
    public void begin(long nanos, long bytes) {
        sinceNanos = nanos;
        bytesBefore = bytes;
    }

    /** Returns whether it is too slow for others to wait any longer; bytes as in {@link #begin}. */
    public boolean isTooSlow(long nanos, long bytes) {
        long workingMs = (nanos - sinceNanos) / NANOS_PER_MS - restMs;
        return workingMs > 0 && bytes - bytesBefore < workingMs * leastBytesPerS / MS_PER_S;
    }
}
