package io.posthorse.interop.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A task that runs at a rate, on its own thread. */
final class Work {
    private final String name;
    private final Thread thread;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopped;
    private volatile String lastFailure = "";

    /** Runs the task once. */
    interface Round {
        void run(long number) throws Exception;
    }

    private Work(String name, int perSecond, Round round) {
        this.name = name;
        this.thread = new Thread(() -> run(perSecond, round), name);
    }

    static Work start(String name, int perSecond, Round round) {
        Work work = new Work(name, perSecond, round);
        work.thread.setDaemon(true);
        work.thread.start();
        return work;
    }

    private void run(int perSecond, Round round) {
        long begin = System.nanoTime();
        for (long number = 0; !stopped; number++) {
            try {
                round.run(number);
                done.incrementAndGet();
            } catch (Exception e) {
                failed.incrementAndGet();
                lastFailure = e.toString();
            }
            long due = begin + (number + 1) * TimeUnit.SECONDS.toNanos(1) / perSecond;
            try {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join(10_000);
    }

    long failed() {
        return failed.get();
    }

    @Override
    public String toString() {
        return name + " " + done + (failed.get() == 0 ? "" : " (" + failed + " failed, last " + lastFailure + ")");
    }
}
