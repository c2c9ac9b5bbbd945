package io.posthorse.server;

import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what was created, changed, deleted or reset into the server log, with the user and the address that asked for it.
 * Of somebody who does very much in a second it writes the first lines, and then how many there were. Used on the owner's
 * thread.
 */
final class AuditLog implements BiConsumer<QuotaHolder, String> {
    private static final Logger LOG = LoggerFactory.getLogger("io.posthorse.audit");
    private static final int LINES_PER_SECOND = 20;
    private static final int HOLDERS_MAX = 256;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Clock clock;
    private final Map<QuotaHolder, int[]> counts = new HashMap<>();
    private long second;
    private long leftOut;

    AuditLog(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void accept(QuotaHolder by, String what) {
        long now = clock.nanos() / SECOND_NANOS;
        if (now != second) {
            second = now;
            counts.clear();
            if (leftOut > 0) {
                LOG.info("{} more changes are not listed: there were too many within a second", leftOut);
                leftOut = 0;
            }
        }
        boolean isKnown = by == null || counts.containsKey(by);
        if (!isKnown && counts.size() >= HOLDERS_MAX
                || by != null && counts.computeIfAbsent(by, who -> new int[1])[0]++ >= LINES_PER_SECOND) {
            leftOut++;
            return;
        }
        LOG.info("{}: {}", name(by), what);
    }

    private static String name(QuotaHolder by) {
        if (by == null) {
            return "the broker itself";
        }
        String from = by.address().getHostAddress();
        return by.user().isEmpty() ? "somebody at " + from : by.user() + " at " + from;
    }
}
