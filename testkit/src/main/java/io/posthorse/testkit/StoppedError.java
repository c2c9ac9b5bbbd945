package io.posthorse.testkit;

/** The end of the simulated process in the middle of its work. Only the simulation that ended it catches this. */
public final class StoppedError extends Error {
    private static final long serialVersionUID = 1;

    StoppedError() {
        super("the simulated process has ended", null, false, false);
    }
}
