package io.posthorse.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream to the console that never blocks its writer: a daemon thread of its own prints what was written, in order. Where
 * the reader of the console has stopped, as that of a pipe may, {@value #WRITES_MAX} writes, and {@value #BYTES_MAX} bytes,
 * are kept; further ones are dropped, and a line in their place says how many.
 */
final class DetachedOutput extends OutputStream implements Runnable {
    private static final int WRITES_MAX = 4_096;
    private static final long BYTES_MAX = 4L << 20;
    private static final long POLL_NANOS = 1_000_000;

    private final PrintStream console;
    private final ArrayBlockingQueue<byte[]> writes = new ArrayBlockingQueue<>(WRITES_MAX);
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    /** Writes that were dropped behind those in the queue. */
    private long dropped;

    private DetachedOutput(PrintStream console) {
        this.console = console;
    }

    /** Creates the stream, and starts its thread. */
    static DetachedOutput to(PrintStream console) {
        DetachedOutput made = new DetachedOutput(console);
        Thread printer = new Thread(made, "posthorse-console");
        printer.setDaemon(true);
        printer.start();
        return made;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] text, int from, int count) {
        byte[] note = note();
        byte[] all = new byte[note.length + count];
        System.arraycopy(note, 0, all, 0, note.length);
        System.arraycopy(text, from, all, note.length, count);
        pending.incrementAndGet();
        if (bytes.get() + all.length <= BYTES_MAX && writes.offer(all)) {
            bytes.addAndGet(all.length);
            dropped = 0;
        } else {
            pending.decrementAndGet();
            dropped++;
        }
    }

    private byte[] note() {
        String note = dropped == 0 ? "" : dropped + " lines are missing here: the console did not take them.\n";
        return note.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the note about writes that were dropped when nothing was written since; empty where there is none. */
    private synchronized byte[] lastNote() {
        byte[] note = writes.isEmpty() ? note() : new byte[0];
        dropped = writes.isEmpty() ? 0 : dropped;
        return note;
    }

    @Override
    public void run() {
        try {
            while (true) {
                byte[] next = writes.take();
                print(next);
                bytes.addAndGet(-next.length);
                print(lastNote());
                pending.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(byte[] text) {
        if (text.length > 0) {
            console.write(text, 0, text.length);
            console.flush();
        }
    }

    /**
     * Waits until everything written so far is printed.
     *
     * @param end time at which it stops waiting, in {@link System#nanoTime}
     */
    void drain(long end) {
        while (pending.get() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
