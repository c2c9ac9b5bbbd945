package io.posthorse.example.flashsale;

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** Very many buyers at once. */
@Component
public class Rush {

    private static final int CALLERS = 64;

    private final Sale sale;

    Rush(Sale sale) {
        this.sale = sale;
    }

    /**
     * How long buyers waited for the first answer, in microseconds.
     *
     * @param failed requests without an answer; their buyers would try again
     */
    public record Answers(int buyers, int failed, long medianMicros, long slowestOfHundredMicros, long tookMillis) {
    }

    /** Lets buyers 1 to n ask, 64 at a time, and returns when all have their first answer. */
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
