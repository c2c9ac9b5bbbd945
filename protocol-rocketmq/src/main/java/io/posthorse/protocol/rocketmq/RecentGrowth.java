package io.posthorse.protocol.rocketmq;

import java.util.Arrays;

/**
 * The growth of a count that only grows, within the last minute (in steps of 10 s), hour (10 min) and day (1 h). It is
 * stored as growth per step, in 160 bytes; a count that has not grown for a day takes none.
 */
final class RecentGrowth {
    static final int TICK_SECONDS = 10;

    /** The steps of one span: one more than it has, since the latest step is incomplete. */
    private enum Ring {
        MINUTE(0, 7, 1),
        HOUR(7, 7, 60),
        DAY(14, 25, 360);

        private static final int ALL = 39;
        private final int from;
        private final int steps;
        private final int ticks;

        Ring(int from, int steps, int ticks) {
            this.from = from;
            this.steps = steps;
            this.ticks = ticks;
        }

        private int at(long tick) {
            return from + (int) (tick / ticks % steps);
        }
    }

    /** The growth within a span of time. */
    record Span(long sum, double perSecond) {}

    private final long firstTick;
    private long last;
    private int[] growth;

    /** @param base count from which the growth is counted */
    RecentGrowth(long base, long tick) {
        this.last = base;
        this.firstTick = tick;
    }

    /** Takes the count of one tick; called for each tick in order. */
    void sample(long tick, long total) {
        long grown = total - last;
        last = total;
        if (growth == null) {
            if (grown == 0) {
                return;
            }
            growth = new int[Ring.ALL];
        }
        boolean isZero = true;
        for (Ring ring : Ring.values()) {
            int at = ring.at(tick - 1);
            growth[at] = (int) Math.min(Integer.MAX_VALUE, growth[at] + grown);
            if (tick % ring.ticks == 0) {
                growth[ring.at(tick)] = 0;
            }
            isZero &= grown == 0 && tick % Ring.DAY.ticks == 0;
        }
        if (isZero && Arrays.stream(growth).allMatch(g -> g == 0)) {
            growth = null;
        }
    }

    /** Returns whether the count has not grown within a day. */
    boolean isIdle(long total) {
        return growth == null && total == last;
    }

    /** @param sinceTick seconds since the last tick */
    Span minute(long tick, double sinceTick, long total) {
        return span(Ring.MINUTE, tick, sinceTick, total);
    }

    Span hour(long tick, double sinceTick, long total) {
        return span(Ring.HOUR, tick, sinceTick, total);
    }

    Span day(long tick, double sinceTick, long total) {
        return span(Ring.DAY, tick, sinceTick, total);
    }

    private Span span(Ring ring, long tick, double sinceTick, long total) {
        long sum = total - last;
        for (int i = 0; growth != null && i < ring.steps; i++) {
            sum += growth[ring.from + i];
        }
        long ticks = Math.min(tick - firstTick, (long) (ring.steps - 1) * ring.ticks + tick % ring.ticks);
        return new Span(sum, sum / Math.max(1, ticks * TICK_SECONDS + sinceTick));
    }
}
