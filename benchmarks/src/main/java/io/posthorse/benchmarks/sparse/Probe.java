package io.posthorse.benchmarks.sparse;

import io.posthorse.benchmarks.Wire;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks a server something small, once a millisecond, and notes how long it was held up. */
final class Probe implements AutoCloseable {
    private static final int MAX_OFFSET = 30;
    private static final long LIMIT_NANOS = 20_000_000;
    private static final Map<String, String> FIELDS = Map.of("topic", "started", "queueId", "0");

    private final Wire wire;
    private final Thread thread;
    private volatile boolean stopped;
    private long count;
    private long over;
    private long longest;

    Probe(String address) throws IOException {
        wire = new Wire(address);
        thread = new Thread(this::run, "probe");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                long from = System.nanoTime();
                wire.ask(MAX_OFFSET, FIELDS, new byte[0]);
                took(System.nanoTime() - from);
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (IOException e) {
            System.out.println("a question was not answered: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void took(long nanos) {
        count++;
        over += nanos > LIMIT_NANOS ? 1 : 0;
        longest = Math.max(longest, nanos);
    }

    /** What was noted since the last call. */
    synchronized String report() {
        String text = String.format(Locale.ROOT, "%d questions, longest answer %.1f ms, %d over 20 ms", count, longest / 1e6,
                over);
        count = 0;
        over = 0;
        longest = 0;
        return text;
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        wire.close();
    }
}
