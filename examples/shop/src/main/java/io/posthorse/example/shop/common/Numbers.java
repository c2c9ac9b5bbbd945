package io.posthorse.example.shop.common;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Generates numbers that are unique across processes and increase with time: 41 bits of milliseconds since 2026, 10
 * bits for the process, and a counter of 12 bits within a millisecond.
 */
@Component
public class Numbers {

    private static final long EPOCH = 1_767_225_600_000L;
    private static final int WORKERS = 1 << 10;
    private static final int COUNT_BITS = 12;
    private static final int WORKER_BITS = 10;

    private final long worker;
    private long millisecond;
    private long count;

    /**
     * Creates a generator.
     *
     * @param worker a number from 0 to 1023, different for each process that generates numbers of the same kind
     */
    Numbers(@Value("${shop.worker:0}") int worker) {
        if (worker < 0 || worker >= WORKERS) {
            throw new IllegalArgumentException("shop.worker is " + worker + "; choose a number from 0 to " + (WORKERS - 1));
        }
        this.worker = worker;
    }

    /**
     * Returns the next number. If the clock goes back, or after 4096 numbers in a millisecond, the numbers run ahead of
     * the clock.
     */
    public synchronized long next() {
        long now = System.currentTimeMillis() - EPOCH;
        if (now > millisecond) {
            millisecond = now;
            count = 0;
        } else if (++count == 1 << COUNT_BITS) {
            millisecond++;
            count = 0;
        }
        return millisecond << (COUNT_BITS + WORKER_BITS) | worker << COUNT_BITS | count;
    }
}
