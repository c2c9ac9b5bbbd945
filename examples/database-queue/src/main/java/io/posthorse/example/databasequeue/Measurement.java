package io.posthorse.example.databasequeue;

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntToLongFunction;

/** Measures one way to hand over orders. */
final class Measurement {

    private static final int PRODUCERS = 4;
    private static final int WORKERS = 4;
    /** The first order. It waits until the workers are ready, and is not measured. */
    private static final int WARM_UP = 0;
    private static final int QUIET_ORDERS = 101;
    private static final int QUIET_PAUSE_MS = 20;
    private static final int PATIENCE_S = 120;

    private Measurement() {
    }

    /**
     * The results of a measurement.
     *
     * @param medianMs median delay from handing over an order to its processing, with one order every 20 ms
     * @param slowMs 99th percentile of that delay
     * @param perSecond orders handed over and processed per second, at full speed
     */
    record Result(String name, double medianMs, double slowMs, long perSecond, long lost, long repeated) {
    }

    /** Hands over some orders slowly to measure the latency, then many at full speed to measure the throughput. */
    static Result of(Handover way, int orders) throws Exception {
        long[] put = new long[QUIET_ORDERS + orders];
        AtomicLongArray worked = new AtomicLongArray(put.length);
        AtomicLong done = new AtomicLong();
        AtomicLong repeated = new AtomicLong();
        way.start(WORKERS, order -> {
            if (worked.compareAndSet((int) order, 0, System.nanoTime())) {
                done.incrementAndGet();
            } else {
                repeated.incrementAndGet();
            }
        });
        way.put(WARM_UP);
        waitFor(done, 1);
        for (int i = 1; i < QUIET_ORDERS; i++) {
            put[i] = System.nanoTime();
            way.put(i);
            TimeUnit.MILLISECONDS.sleep(QUIET_PAUSE_MS);
        }
        waitFor(done, QUIET_ORDERS);
        double[] delays = delays(QUIET_ORDERS, i -> i == WARM_UP ? 0 : worked.get(i) - put[i]);
        long start = System.nanoTime();
        putAll(way, QUIET_ORDERS, put.length);
        waitFor(done, put.length);
        long perSecond = orders * 1_000_000_000L / (System.nanoTime() - start);
        return new Result(way.name(), delays[QUIET_ORDERS / 2], delays[QUIET_ORDERS * 99 / 100], perSecond,
                put.length - done.get(), repeated.get());
    }

    private static void putAll(Handover way, int from, int to) throws InterruptedException {
        AtomicInteger next = new AtomicInteger(from);
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        for (int i = 0; i < PRODUCERS; i++) {
            producers.submit(() -> {
                for (int order = next.getAndIncrement(); order < to; order = next.getAndIncrement()) {
                    way.put(order);
                }
                return null;
            });
        }
        producers.shutdown();
        producers.awaitTermination(PATIENCE_S, TimeUnit.SECONDS);
    }

    private static void waitFor(AtomicLong done, long count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (done.get() < count && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static double[] delays(int count, IntToLongFunction nanoseconds) {
        double[] delays = new double[count];
        for (int i = 0; i < count; i++) {
            delays[i] = nanoseconds.applyAsLong(i) / 1e6;
        }
        Arrays.sort(delays);
        return delays;
    }
}
