package io.posthorse.cli;

import java.util.logging.LogManager;

/**
 * Java's logging, which goes on until the process has ended. By itself it drops all handlers when the process is told to
 * end, and with them what is logged while it does.
 */
public final class LastingLogging extends LogManager {
    /** Has Java use it; before anything is logged. */
    static void use() {
        System.setProperty("java.util.logging.manager", LastingLogging.class.getName());
    }

    @Override
    public void reset() {
        // nothing is dropped
    }
}
