package io.posthorse.platform;

/** Runs something later on the owner's thread. */
public interface Timers {
    /**
     * Runs the task once on the owner's thread, {@code delayMs} milliseconds from now or as soon after as it can.
     *
     * @return a handle that keeps the task from running if it has not yet run
     */
    Timer after(long delayMs, Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}
