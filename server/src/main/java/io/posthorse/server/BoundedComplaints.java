package io.posthorse.server;

import io.posthorse.platform.Clock;
import java.util.function.Consumer;

/**
 * Complaints about peers for the server log: so many a minute, and then how many were left out, so that nobody can fill it.
 * Used on one thread.
 */
final class BoundedComplaints {
    static final int LINES_MAX = 20;
    private static final long PERIOD_MS = 60_000;

    private final Clock clock;
    private final Consumer<String> log;
    private long periodMs = Long.MIN_VALUE / 2;
    private int lines;
    private long left;

    BoundedComplaints(Clock clock, Consumer<String> log) {
        this.clock = clock;
        this.log = log;
    }

    void tell(String what) {
        tick();
        if (lines < LINES_MAX) {
            lines++;
            log.accept(what);
        } else {
            left++;
        }
    }

    /** Tells how many were left out in the minute before. Called from time to time. */
    void tick() {
        long nowMs = clock.nanos() / 1_000_000;
        if (nowMs - periodMs >= PERIOD_MS) {
            periodMs = nowMs;
            lines = 0;
            if (left > 0) {
                log.accept(left + " more of such lines were left out.");
                left = 0;
            }
        }
    }
}
