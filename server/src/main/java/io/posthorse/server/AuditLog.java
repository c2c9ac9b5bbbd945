package io.posthorse.server;

import io.posthorse.broker.AuditTrail;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.nameserver.ChangeListener;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit part of the server log: what was created, changed, deleted or reset, with the user and the address that asked
 * for it. A user at an address has 20 lines a second for what is created by mere use and 1,000 for other changes, each with
 * a count of its own, so that no flood of creations hides a deletion. What is above that is counted, and the counts are
 * written a second later, and on {@link #close}. Used on the owner's thread.
 */
final class AuditLog implements AuditTrail.Listener, AutoCloseable {
    static final int CREATIONS_PER_SECOND = 20;
    static final int CHANGES_PER_SECOND = 1_000;
    /** Maximum holders that are counted one by one in a second; all others share a count. */
    static final int HOLDERS_MAX = 256;

    /** Maximum length of a report in characters, whatever the length of names and values in it. */
    static final int CHARS_MAX = 400;

    private static final Logger LOG = LoggerFactory.getLogger("io.posthorse.audit");
    private static final String OTHERS = "other users and addresses";
    private static final long SECOND_MS = 1_000;
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** The lines of a holder in the present second, and how many were left out since the last summary. */
    private static final class Counts {
        int creations;
        int changes;
        long leftOut;
    }

    private final Clock clock;
    private final Timers timers;
    private final Map<String, Counts> counts = new LinkedHashMap<>();
    private final Map<String, Long> leftOut = new HashMap<>();
    private long second;
    private boolean isSummaryDue;

    AuditLog(Clock clock, Timers timers) {
        this.clock = clock;
        this.timers = timers;
    }

    @Override
    public void creation(QuotaHolder by, String what) {
        String name = name(by);
        Counts mine = counts(name);
        write(mine, mine.creations++ < CREATIONS_PER_SECOND, name, what);
    }

    @Override
    public void change(QuotaHolder by, String what) {
        String name = name(by);
        Counts mine = counts(name);
        write(mine, mine.changes++ < CHANGES_PER_SECOND, name, what);
    }

    /**
     * Returns a listener for a name server: registrations count as creations.
     *
     * @param holders returns the user and address of a peer
     */
    ChangeListener ofNameServer(Function<Peer, QuotaHolder> holders) {
        return new ChangeListener() {
            @Override
            public void registration(Peer by, String what) {
                creation(holders.apply(by), what);
            }

            @Override
            public void change(Peer by, String what) {
                AuditLog.this.change(holders.apply(by), what);
            }
        };
    }

    private Counts counts(String name) {
        long now = clock.nanos() / SECOND_NANOS;
        if (now != second) {
            second = now;
            endSecond();
        }
        Counts mine = counts.get(name);
        if (mine == null) {
            mine = counts.computeIfAbsent(counts.size() < HOLDERS_MAX ? name : OTHERS, n -> new Counts());
        }
        return mine;
    }

    private void write(Counts mine, boolean isWithin, String name, String what) {
        if (isWithin) {
            LOG.info("{}: {}", name, what.length() <= CHARS_MAX ? what : what.substring(0, CHARS_MAX) + " ... and more");
            return;
        }
        mine.leftOut++;
        if (!isSummaryDue) {
            isSummaryDue = true;
            timers.after(SECOND_MS, this::close);
        }
    }

    private void endSecond() {
        counts.forEach((name, mine) -> addLeftOut(name, mine.leftOut));
        counts.clear();
    }

    private void addLeftOut(String name, long count) {
        if (count > 0) {
            leftOut.merge(leftOut.size() < HOLDERS_MAX ? name : OTHERS, count, Long::sum);
        }
    }

    /** Writes how many changes were left out so far. The log can be used on. */
    @Override
    public void close() {
        counts.forEach((name, mine) -> {
            addLeftOut(name, mine.leftOut);
            mine.leftOut = 0; // the second goes on, and so do its other counts
        });
        leftOut.forEach((name, count) -> LOG.info(
                "{}: {} more changes are not listed, as there were too many within a second", name, count));
        leftOut.clear();
        isSummaryDue = false;
    }

    private static String name(QuotaHolder by) {
        if (by == null) {
            return "the broker itself";
        }
        String from = by.address().getHostAddress();
        return by.user().isEmpty() ? "somebody at " + from : by.user() + " at " + from;
    }
}
