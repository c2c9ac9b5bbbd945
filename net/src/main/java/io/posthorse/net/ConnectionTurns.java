package io.posthorse.net;

import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Whose requests are worked on, and how long at a time: those of a connection for a quarter of a millisecond, those of a
 * user, or of an address where nobody is asked who he is, for half of one; then others come. So what a user's request waits
 * for grows with the number of users and not with how many requests one of them sends. Who has nobody beside him goes on at
 * once. Used on the owner's thread.
 */
final class ConnectionTurns {
    private static final long TURN_NANOS = 250_000;
    private static final long ROUND_NANOS = 500_000;

    private final Clock clock;
    private final Map<Object, Line> lines = new HashMap<>();

    ConnectionTurns(Clock clock) {
        this.clock = clock;
    }

    boolean isOver(long turnEnd) {
        return clock.nanos() >= turnEnd;
    }

    /** A connection whose requests wait for their turn. */
    interface Waiting {
        /** Works on them for a turn; what is left comes again. */
        void goOn();
    }

    /**
     * Returns the line of whoever holds a connection, null for this machine's own where nobody is asked who he is: there
     * nobody is told from others.
     */
    Line enter(QuotaHolder holder, boolean isStranger) {
        if (!isStranger && holder.user().isEmpty() && holder.address().isLoopbackAddress()) {
            return null;
        }
        Object whose = holder.user().isEmpty() ? holder.address() : holder.user();
        Line line = lines.computeIfAbsent(whose, Line::new);
        line.connections++;
        return line;
    }

    /** The connections of one user or address. */
    final class Line {
        private final Object whose;
        private final Set<Waiting> waiting = new LinkedHashSet<>();
        private int connections;
        private long roundNanos;
        private long usedNanos;
        private boolean scheduled;

        private Line(Object whose) {
            this.whose = whose;
        }

        /** Whether a connection's requests must wait: others of the line do, or it has had its time. */
        boolean isBusy() {
            if (clock.nanos() - roundNanos >= 2 * ROUND_NANOS) {
                begin();
            }
            return !waiting.isEmpty() || usedNanos >= ROUND_NANOS;
        }

        /** Begins a turn; returns when it is over, in {@link Clock#nanos}. */
        long turnEnd() {
            return clock.nanos() + TURN_NANOS;
        }

        /** Notes that a turn that was to end then has ended. */
        void ended(long turnEnd) {
            usedNanos += clock.nanos() - (turnEnd - TURN_NANOS);
        }

        /**
         * A connection has more to be worked on.
         *
         * @param later runs a task after others' bytes were looked for
         */
        void await(Waiting one, Consumer<Runnable> later) {
            waiting.add(one);
            if (!scheduled) {
                scheduled = true;
                later.accept(() -> run(later));
            }
        }

        private void begin() {
            roundNanos = clock.nanos();
            usedNanos = 0;
        }

        private void run(Consumer<Runnable> later) {
            scheduled = false;
            begin();
            try {
                for (int left = waiting.size(); left > 0 && !waiting.isEmpty() && usedNanos < ROUND_NANOS; left--) {
                    Iterator<Waiting> first = waiting.iterator();
                    Waiting one = first.next();
                    first.remove();
                    one.goOn();
                }
            } finally {
                if (!waiting.isEmpty() && !scheduled) {
                    scheduled = true;
                    later.accept(() -> run(later));
                }
            }
        }

        /** A connection goes. */
        void leave(Waiting one) {
            waiting.remove(one);
            if (--connections == 0) {
                lines.remove(whose);
            }
        }
    }
}
