package io.posthorse.benchmarks.sparse;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Measures the duration of an owner's steps; for long ones, also the stacks during the step. */
final class OwnerSteps {
    private static final int KEPT = 6;
    private static final long LONG_NANOS = 5_000_000;
    private static final long LIMIT_NANOS = 20_000_000;
    private static final int FRAMES = 10;

    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final KernelCounts.Reader kernel = new KernelCounts.Reader();
    private boolean counting;
    private long stalls;
    private List<Step> longest = new ArrayList<>();
    private long count;
    private long overLimit;
    private long netOverLimit;
    private long longestAll;
    private long sum;
    private long collected;
    private volatile Thread thread;
    private volatile long begun;
    private volatile String seen;

    /** A long step. */
    private record Step(
            String kind, long nanos, long waitNanos, long cpuNanos, long collectorMs, String kernel, String seen) {
        /** Returns its duration without the time in which no processor was free. */
        long net() {
            return nanos - waitNanos;
        }
    }

    OwnerSteps() {
        Thread watch = new Thread(this::watch, "watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Samples the owner's stack during a long step. */
    private void watch() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(2);
                long since = begun;
                Thread owner = thread;
                if (since != 0 && owner != null && System.nanoTime() - since > LONG_NANOS) {
                    StringBuilder text = new StringBuilder();
                    StackTraceElement[] frames = owner.getStackTrace();
                    for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
                        text.append(i == 0 ? "" : " < ").append(frames[i].getClassName().replaceAll(".*\\.", ""))
                                .append('.').append(frames[i].getMethodName()).append(':')
                                .append(frames[i].getLineNumber());
                    }
                    seen = begun == since ? text.toString() : seen;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Resets the counts, on the owner's thread. */
    void begin() {
        counting = true;
        longest = new ArrayList<>();
        count = 0;
        overLimit = 0;
        netOverLimit = 0;
        longestAll = 0;
        sum = 0;
        collected = collectorMs();
        stalls = KernelCounts.stalls();
    }

    /** Stops counting until {@link #begin}. */
    void end() {
        counting = false;
    }

    private long collectorMs() {
        long ms = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            ms += collector.getCollectionTime();
        }
        return ms;
    }

    /** Returns a task of the owner that counts as a step. */
    Runnable timed(String kind, Runnable task) {
        return () -> {
            thread = Thread.currentThread();
            seen = null;
            KernelCounts before = kernel.now();
            long cpu = threads.getCurrentThreadCpuTime();
            long from = System.nanoTime();
            begun = from;
            try {
                task.run();
            } finally {
                begun = 0;
                took(kind, System.nanoTime() - from, threads.getCurrentThreadCpuTime() - cpu, before);
            }
        };
    }

    private void took(String kind, long nanos, long cpuNanos, KernelCounts before) {
        if (!counting) {
            return;
        }
        count++;
        sum += nanos;
        KernelCounts after = kernel.now();
        long net = nanos - (after.waitNanos() - before.waitNanos());
        overLimit += nanos > LIMIT_NANOS ? 1 : 0;
        netOverLimit += net > LIMIT_NANOS ? 1 : 0;
        longestAll = Math.max(longestAll, nanos);
        long collectedBefore = collected;
        collected = collectorMs();
        if (longest.size() < KEPT || net > longest.getLast().net()) {
            longest.add(new Step(
                    kind, nanos, nanos - net, cpuNanos, collected - collectedBefore, after.since(before), seen));
            longest.sort(Comparator.comparingLong(Step::net).reversed());
            longest = new ArrayList<>(longest.subList(0, Math.min(KEPT, longest.size())));
        }
    }

    /** Returns the counts, with a line for each of the longest steps. */
    String report() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%d steps of %.1f ms in all, the longest %.1f ms,"
                        + " %d over 20 ms, and %d without the time in which no processor was free; %d times somebody had to"
                        + " make room in memory; by their time without that wait:",
                count, sum / 1e6, longestAll / 1e6, overLimit, netOverLimit, KernelCounts.stalls() - stalls));
        for (Step step : longest) {
            text.append(String.format(Locale.ROOT,
                    "%n    %.1f ms of %.1f, %s, %.1f of it on a processor, %d collecting garbage, %s%s",
                    step.net() / 1e6, step.nanos / 1e6, step.kind, step.cpuNanos / 1e6, step.collectorMs, step.kernel,
                    step.seen == null ? "" : ": " + step.seen));
        }
        return text.toString();
    }
}
