package io.posthorse.example.parking.charging;

/**
 * Parking fees in cents: up to a quarter of an hour is free; a longer stay costs 2.00 for each hour or part of an hour,
 * 20.00 at most.
 */
final class Fees {

    private static final long FREE_MINUTES = 15;
    private static final long CENTS_PER_HOUR = 200;
    private static final long CENTS_MAX = 2_000;

    private Fees() {
    }

    /** Returns the fee for a stay. */
    static long of(long minutes, boolean monthlyCard) {
        if (minutes < 0) {
            throw new IllegalArgumentException("a car cannot leave before it arrives: " + minutes + " minutes");
        }
        if (monthlyCard || minutes <= FREE_MINUTES) {
            return 0;
        }
        return Math.min(CENTS_MAX, Math.ceilDiv(minutes, 60L) * CENTS_PER_HOUR);
    }
}
