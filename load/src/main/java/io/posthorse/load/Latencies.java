package io.posthorse.load;

/** A histogram of durations, in steps of at most 1/32 of their size. One thread fills it; it is then added to others. */
final class Latencies {
    private static final int STEPS = 32;
    private static final int STEP_BITS = 5;

    private final long[] counts = new long[64 * STEPS];
    private long count;
    private long max;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        counts[slot(value)]++;
        count++;
        max = Math.max(max, value);
    }

    void add(Latencies other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    private static int slot(long value) {
        if (value < STEPS) {
            return (int) value;
        }
        int shift = 63 - Long.numberOfLeadingZeros(value) - STEP_BITS;
        return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
    }

    private static long highest(int slot) {
        if (slot < STEPS) {
            return slot;
        }
        int shift = slot / STEPS - 1;
        return ((long) (slot % STEPS + STEPS + 1) << shift) - 1;
    }

    long count() {
        return count;
    }

    long max() {
        return max;
    }

    /** Returns the duration that {@code percent} of a hundred durations do not exceed, rounded up to the end of its step. */
    long percentile(double percent) {
        long wanted = (long) Math.ceil(count * percent / 100);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return Math.min(max, highest(i));
            }
        }
        return max;
    }
}
