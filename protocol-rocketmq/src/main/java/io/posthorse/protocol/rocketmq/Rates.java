package io.posthorse.protocol.rocketmq;

/** The rates of a count that began at 0, over the last 10 s, minute and 10 minutes; takes a sample every 10 s. */
final class Rates {
    private static final int SLOTS = 61;

    private final long[] samples = new long[SLOTS];

    void sample(long tick, long total) {
        samples[(int) (tick % SLOTS)] = total;
    }

    /** Returns the three rates per second as the tools read them: one text, separated by blanks. */
    String text(long tick, double sinceTickSeconds, long total) {
        return rate(1, tick, sinceTickSeconds, total) + " " + rate(6, tick, sinceTickSeconds, total) + " "
                + rate(60, tick, sinceTickSeconds, total);
    }

    private double rate(int ticks, long tick, double sinceTickSeconds, long total) {
        long back = Math.min(ticks, tick);
        double seconds = Math.max(1, back * RecentGrowth.TICK_SECONDS + sinceTickSeconds);
        return (total - samples[(int) ((tick - back) % SLOTS)]) / seconds;
    }
}
