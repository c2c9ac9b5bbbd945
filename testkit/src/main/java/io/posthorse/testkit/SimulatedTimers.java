package io.posthorse.testkit;

import io.posthorse.platform.Timers;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Timers that run while {@link #advance} moves the clock: in the order of their times, then of their creation. */
public final class SimulatedTimers implements Timers {
    private final SimulatedClock clock;
    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::atNanos).thenComparingLong(Pending::sequence));
    private long sequence;

    private record Pending(long atNanos, long sequence, Runnable task) {}

    public SimulatedTimers(SimulatedClock clock) {
        this.clock = clock;
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        Pending entry = new Pending(clock.nanos() + Math.max(0, delayMs) * 1_000_000, sequence++, task);
        pending.add(entry);
        return () -> pending.remove(entry);
    }

    /** Advances the time, and runs each task that falls due at its own time. */
    public void advance(long ms) {
        long end = clock.nanos() + ms * 1_000_000;
        while (!pending.isEmpty() && pending.peek().atNanos <= end) {
            Pending next = pending.poll();
            clock.advance(Math.max(0, next.atNanos - clock.nanos()) / 1_000_000);
            next.task.run();
        }
        clock.advance((end - clock.nanos()) / 1_000_000);
    }
}
