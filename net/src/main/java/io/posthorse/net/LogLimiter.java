package io.posthorse.net;

import io.posthorse.platform.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * A limit of server log lines, so that a peer that sends garbage cannot fill the server log: a number of lines per second
 * for each reason.
 */
public final class LogLimiter {
    private static final int LINES_PER_SECOND = 10;
    private static final int REASONS_MAX = 256;

    private final Clock clock;
    private final Map<String, int[]> lines = new HashMap<>();
    private long second;

    public LogLimiter(Clock clock) {
        this.clock = clock;
    }

    /** Returns whether one more line may be written for that reason now. */
    public boolean allows(String reason) {
        long now = clock.nanos() / 1_000_000_000L;
        if (now != second) {
            second = now;
            lines.clear();
        }
        if (lines.size() >= REASONS_MAX && !lines.containsKey(reason)) {
            return false;
        }
        return lines.computeIfAbsent(reason, r -> new int[1])[0]++ < LINES_PER_SECOND;
    }
}
