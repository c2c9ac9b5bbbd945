package io.posthorse.net;

import io.posthorse.platform.Clock;
import io.posthorse.platform.MinimumRate;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The connections with an incomplete request that holds memory others wait for: one that sends the rest below a minimum
 * rate is closed. Used on the owner's thread.
 */
final class SlowRequests {
    static final long LEAST_BYTES_PER_S = 64 << 10;
    static final long REST_MS = 10_000;
    private static final long LOOK_MS = 1_000;

    private final Clock clock;
    private final Supplier<Set<Connection>> awaited;
    private final Map<Connection, MinimumRate> paces = new HashMap<>();
    private boolean looks;

    /** @param awaited supplier of the connections whose requests hold memory that others wait for */
    SlowRequests(Clock clock, Supplier<Set<Connection>> awaited) {
        this.clock = clock;
        this.awaited = awaited;
    }

    /** Watches the connections from now on, until nobody waits. */
    void watch(Connection waiting) {
        if (!looks) {
            looks = true;
            look(waiting);
        }
    }

    private void look(Connection waiting) {
        Set<Connection> now = awaited.get();
        paces.keySet().retainAll(now);
        long nanos = clock.nanos();
        for (Connection one : now) {
            MinimumRate pace = paces.get(one);
            if (pace == null || !one.isRead()) { // a paused connection is as slow as we read it
                paces.computeIfAbsent(one, c -> new MinimumRate(LEAST_BYTES_PER_S, REST_MS)).begin(nanos, one.cameBytes());
            } else if (pace.isTooSlow(nanos, one.cameBytes())) {
                one.schedule(() -> one.evict("it sends a request more slowly than " + (LEAST_BYTES_PER_S >> 10)
                        + " KiB a second, and others wait for the memory"), 0);
            }
        }
        looks = !now.isEmpty();
        if (looks) {
            waiting.schedule(() -> look(waiting), LOOK_MS);
        }
    }
}
