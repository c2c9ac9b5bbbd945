package io.posthorse.interop.attack;

import java.io.IOException;
import java.util.Arrays;

/**
 * A user who sends a message every few milliseconds, one after the other, and records the duration of each. A late send
 * delays the next one, but its duration counts from its own start.
 */
final class Worker {
    private static final long PERIOD_NANOS = 4_000_000;

    private final Target target;

    Worker(Target target) {
        this.target = target;
    }

    /**
     * The effect on the user.
     *
     * @param p99Ms 99th percentile of the duration of sends
     */
    record Noticed(int sent, int failed, double medianMs, double p99Ms) {}

    /** Works for a time. */
    Noticed work(long millis) {
        int most = (int) (millis * 1_000_000 / PERIOD_NANOS);
        long[] took = new long[most];
        int failed = 0;
        long end = System.nanoTime() + millis * 1_000_000;
        Wire wire = null;
        int count = 0;
        long due = System.nanoTime();
        while (due < end && count < most) {
            try {
                await(due);
                if (wire == null) {
                    wire = new Wire(target.brokerPort());
                }
                if (wire.ask(Target.send(Target.WORKER, Target.WORK, count % 8, new byte[100])) != 0) {
                    failed++;
                }
            } catch (IOException e) {
                failed++;
                wire = null;
            }
            took[count++] = System.nanoTime() - due;
            due = Math.max(due + PERIOD_NANOS, System.nanoTime());
        }
        try {
            if (wire != null) {
                wire.close();
            }
        } catch (IOException e) {
            // it is over
        }
        Arrays.sort(took, 0, count);
        return new Noticed(count, failed, took[count / 2] / 1e6, took[count * 99 / 100] / 1e6);
    }

    private static void await(long due) {
        long left = due - System.nanoTime();
        if (left > 0) {
            java.util.concurrent.locks.LockSupport.parkNanos(left);
        }
    }
}
