package io.posthorse.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The printer of the server log, on a thread of its own: threads that log wait for no disk and no console. Lines that come
 * faster than they can be written are dropped, and their number is printed.
 */
final class LogLines extends Handler implements Runnable {
    private static final int LINES_MAX = 1_024;
    private static final int LINE_CHARS_MAX = 16 << 10;
    /** Characters that wait to be written: some MiB of the heap at most. */
    private static final int CHARS_MAX = 2 << 20;
    private static final long FLUSH_MS = 2_000;
    private static final long POLL_NANOS = 1_000_000;

    private final ArrayBlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES_MAX);
    private final LogLine format = new LogLine(ZoneId.systemDefault());
    private final AtomicLong chars = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final PrintStream out;
    /** Null where lines are printed at once. */
    private final DetachedOutput console;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong written = new AtomicLong();

    /**
     * Creates a handler without a thread.
     *
     * @param out stream that lines are printed to
     * @param console console behind it that prints later, or null
     */
    LogLines(PrintStream out, DetachedOutput console) {
        this.out = out;
        this.console = console;
    }

    /** Handles everything that is logged in this process from now on. */
    static LogLines install(PrintStream out, DetachedOutput console) {
        LogLines created = new LogLines(out, console);
        Logger root = Logger.getLogger("");
        for (Handler other : root.getHandlers()) {
            root.removeHandler(other);
        }
        root.addHandler(created);
        Thread writer = new Thread(created, "posthorse-log");
        writer.setDaemon(true);
        writer.start();
        return created;
    }

    @Override
    public void publish(LogRecord record) {
        if (record == null || !isLoggable(record)) {
            return;
        }
        String line = format.format(record);
        if (line.length() > LINE_CHARS_MAX) {
            line = line.substring(0, LINE_CHARS_MAX) + " ...\n";
        }
        if (chars.get() + line.length() <= CHARS_MAX && lines.offer(line)) {
            chars.addAndGet(line.length());
            accepted.incrementAndGet();
        } else {
            leftOut.incrementAndGet();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                String line = lines.take();
                write(line);
                chars.addAndGet(-line.length());
                written.incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(String line) {
        StringBuilder text = new StringBuilder();
        long missing = leftOut.getAndSet(0);
        if (missing > 0) {
            text.append(missing).append(" lines are missing here: they came faster than they could be written.\n");
        }
        text.append(line);
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    /** Waits for up to two seconds until everything logged is written. */
    @Override
    public void flush() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FLUSH_MS);
        while (written.get() < accepted.get() && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        if (console != null) {
            console.drain(end);
        }
    }

    @Override
    public void close() {
        flush();
    }
}
