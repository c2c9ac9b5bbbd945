package io.posthorse.benchmarks.sparse;

import io.posthorse.load.Wire;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sends a server a small request or message each millisecond, and records the times of the answers. */
final class Probe implements AutoCloseable {
    private static final int MAX_OFFSET = 30;
    private static final int BODY = 100;
    private static final long LIMIT_NANOS = 20_000_000;

    private final Wire wire;
    private final String what;
    private final int code;
    private final Map<String, String> fields;
    private final Thread thread;
    private volatile boolean stopped;
    private long count;
    private long over;
    private long longest;

    private Probe(String address, String what, int code, Map<String, String> fields) throws IOException {
        this.what = what;
        this.code = code;
        this.fields = fields;
        wire = new Wire(address);
        thread = new Thread(this::run, "probe");
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends requests, which are as fast as the owner. */
    static Probe questions(String address) throws IOException {
        return new Probe(address, "questions", MAX_OFFSET, Map.of("topic", "started", "queueId", "0"));
    }

    /** Sends messages, which may also wait for the disk. */
    static Probe sends(String address) throws IOException {
        return new Probe(address, "sends", ServerStart.SEND, ServerStart.FIELDS);
    }

    private void run() {
        try {
            while (!stopped) {
                long from = System.nanoTime();
                wire.ask(code, fields, new byte[BODY]);
                took(System.nanoTime() - from);
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (IOException e) {
            if (!stopped) {
                System.out.println("no answer any more: " + e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void took(long nanos) {
        count++;
        over += nanos > LIMIT_NANOS ? 1 : 0;
        longest = Math.max(longest, nanos);
    }

    /** Returns the times since the last call. */
    synchronized String report() {
        String text = String.format(Locale.ROOT, "%d %s, longest %.1f ms, %d over 20 ms", count, what, longest / 1e6, over);
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
