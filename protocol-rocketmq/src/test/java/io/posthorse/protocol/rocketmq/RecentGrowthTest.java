package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentGrowthTest {
    private long tick;
    private long total;

    private void pass(RecentGrowth window, long ticks, long each) {
        for (long i = 0; i < ticks; i++) {
            total += each;
            window.sample(++tick, total);
        }
    }

    @Test
    void sumsMatchTheirSpans() {
        RecentGrowth window = new RecentGrowth(0, 0);
        pass(window, 1, 5);
        assertEquals(5, window.minute(tick, 0, total).sum());
        assertEquals(0.5, window.minute(tick, 0, total).perSecond());
        pass(window, 9, 5);
        assertEquals(30, window.minute(tick, 0, total).sum());
        assertEquals(0.5, window.minute(tick, 0, total).perSecond());
        assertEquals(50, window.hour(tick, 0, total).sum());
        pass(window, 360, 0);
        assertEquals(0, window.minute(tick, 0, total).sum());
        assertEquals(50, window.day(tick, 0, total).sum());
    }

    @Test
    void growthSinceTheLastTickCountsAtOnce() {
        RecentGrowth window = new RecentGrowth(7, 0);
        assertEquals(new RecentGrowth.Span(4, 4.0), window.minute(0, 0.1, 11));
        assertEquals(new RecentGrowth.Span(4, 2.0), window.minute(0, 2, 11));
    }

    @Test
    void countWithoutGrowthForADayIsIdle() {
        RecentGrowth window = new RecentGrowth(0, 0);
        assertTrue(window.isIdle(0));
        pass(window, 1, 3);
        assertFalse(window.isIdle(total));
        pass(window, 24 * 360, 0);
        assertFalse(window.isIdle(total));
        pass(window, 2 * 360, 0);
        assertTrue(window.isIdle(total));
        assertEquals(0, window.day(tick, 0, total).sum());
        pass(window, 1, 2);
        assertEquals(2, window.day(tick, 0, total).sum());
    }

    @Test
    void agreesWithAListOfAllTicks() {
        Random random = new Random(7);
        for (int run = 0; run < 50; run++) {
            tick = random.nextInt(5_000);
            total = 0;
            long first = tick;
            RecentGrowth window = new RecentGrowth(0, tick);
            long[] at = new long[20_000];
            for (int i = 0; i < 10_000; i++) {
                total += random.nextInt(4) == 0 ? random.nextInt(9) : 0;
                window.sample(++tick, total);
                at[(int) (tick - first)] = total;
            }
            long now = tick - first;
            assertEquals(total - at[(int) now - 6], window.minute(tick, 0, total).sum());
            assertEquals(total - at[(int) (now - 360 - tick % 60)], window.hour(tick, 0, total).sum());
            assertEquals(total - at[(int) (now - 24 * 360 - tick % 360)], window.day(tick, 0, total).sum());
        }
    }

    @Test
    void ratesCoverThreeSpans() {
        Rates rates = new Rates();
        assertEquals("3.0 3.0 3.0", rates.text(0, 0.5, 3));
        for (int i = 1; i <= 100; i++) {
            rates.sample(i, i <= 90 ? 0 : (i - 90) * 100L);
        }
        assertEquals("10.0 10.0 " + 1_000 / 600.0, rates.text(100, 0, 1_000));
    }
}
