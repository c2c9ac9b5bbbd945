package io.posthorse.cli;

import java.util.logging.LogManager;

/**
 * A log manager that works until the process has ended. Java's own removes all handlers when the process is told to end,
 * which loses the log of the shutdown.
 */
public final class LastingLogging extends LogManager {
    /** Makes Java use it; must be called before anything is logged. */
    static void use() {
        System.setProperty("java.util.logging.manager", LastingLogging.class.getName());
    }

    @Override
    public void reset() {
        // keeps the handlers
    }
}
