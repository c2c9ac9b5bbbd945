package io.posthorse.auth;

import io.posthorse.platform.Clock;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who failed how often: after {@link #FAILURES_MAX} wrong signatures of a user from an address, further requests of that
 * user from there are refused unseen until {@link #WINDOW_MS} have gone by since the first of them. Remembers at most
 * {@link #PAIRS_MAX} pairs; the oldest is forgotten first.
 */
final class FailureLimit {
    static final int FAILURES_MAX = 5;
    static final long WINDOW_MS = 10_000;
    static final int PAIRS_MAX = 10_000;

    private final Clock clock;
    private final Map<Pair, Failures> failures = new LinkedHashMap<>();

    private record Pair(String user, InetAddress source) {}

    private static final class Failures {
        private final long sinceNanos;
        private int count;

        Failures(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    FailureLimit(Clock clock) {
        this.clock = clock;
    }

    boolean isReached(String user, InetAddress source) {
        if (failures.isEmpty()) {
            return false;
        }
        Pair pair = new Pair(user, source);
        Failures found = failures.get(pair);
        if (found != null && clock.nanos() - found.sinceNanos >= WINDOW_MS * 1_000_000) {
            failures.remove(pair);
            return false;
        }
        return found != null && found.count >= FAILURES_MAX;
    }

    void failed(String user, InetAddress source) {
        if (failures.size() >= PAIRS_MAX) {
            failures.remove(failures.keySet().iterator().next());
        }
        failures.computeIfAbsent(new Pair(user, source), p -> new Failures(clock.nanos())).count++;
    }
}
