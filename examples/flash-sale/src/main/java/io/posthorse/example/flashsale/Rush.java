package io.posthorse.example.flashsale;

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** A simulated rush of many concurrent buyers. */
@Component
public class Rush {

    private static final int CALLERS = 64;

    private final Sale sale;

    Rush(Sale sale) {
        this.sale = sale;
    }

    /**
     * The time that buyers waited for the first answer, in microseconds.
     *
     * @param failed requests without an answer; real buyers would try again
     */
    public record Answers(int buyers, int failed, long medianMicros, long slowestOfHundredMicros, long tookMillis) {
    }

    /** Sends the requests of buyers 1 to n, 64 at a time, and returns when each has its first answer. */
    Answers run(int buyers) {
        long[] micros = new long[buyers];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        long start = System.nanoTime();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            for (int i = 0; i < CALLERS; i++) {
                callers.execute(() -> {
                    for (int n = next.getAndIncrement(); n < buyers; n = next.getAndIncrement()) {
                        micros[n] = ask(n + 1, failed);
                    }
                });
            }
        }
        long took = (System.nanoTime() - start) / 1_000_000;
        Arrays.sort(micros);
        return new Answers(buyers, failed.get(), micros[buyers / 2], micros[buyers * 99 / 100], took);
    }

    private long ask(long buyer, AtomicInteger failed) {
        long start = System.nanoTime();
        try {
            sale.request(buyer);
        } catch (RuntimeException e) {
            failed.incrementAndGet();
        }
        return (System.nanoTime() - start) / 1_000;
    }
}
