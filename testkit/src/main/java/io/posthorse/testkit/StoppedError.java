package io.posthorse.testkit;

/** The simulated process ended in the middle of what it was doing. Only the world that ended it catches this. */
public final class StoppedError extends Error {
    private static final long serialVersionUID = 1;

    StoppedError() {
        super("the simulated process has ended", null, false, false);
    }
}
