package io.posthorse.platform;

/** Timers that run tasks later on the owner's thread. */
public interface Timers {
    /**
     * Runs the task once on the owner's thread, {@code delayMs} milliseconds from now or as soon after as possible.
     *
     * @return handle that can cancel the task before it has run
     */
    Timer after(long delayMs, Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}
