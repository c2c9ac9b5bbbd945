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
 * The turns of connections: those of one connection last a quarter of a millisecond, those of a user (or of an address
 * where users do not log in) half of one; then others follow. So the waiting time of a user's request grows with the number
 * of users, not with the number of requests of one user. A user that nobody competes with continues at once. Used on the
 * owner's thread.
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
        /** Works on its requests for a turn; it waits again for the rest. */
        void continueTurn();
    }

    /**
     * Returns the line of the connection's holder; null for local connections without users, whose owners cannot be
     * distinguished.
     */
    Line enter(QuotaHolder holder, boolean isStranger) {
        if (!isStranger && holder.user().isEmpty() && holder.address().isLoopbackAddress()) {
            return null;
        }
        Object whose = holder.user().isEmpty() ? holder.network() : holder.user();
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

        /** Returns whether a connection's requests must wait: others of the line wait, or the line has used its time. */
        boolean isBusy() {
            if (clock.nanos() - roundNanos >= 2 * ROUND_NANOS) {
                begin();
            }
            return !waiting.isEmpty() || usedNanos >= ROUND_NANOS;
        }

        /** Begins a turn; returns its end in {@link Clock#nanos}. */
        long turnEnd() {
            return clock.nanos() + TURN_NANOS;
        }

        /** Notes that the turn with the given end is over. */
        void ended(long turnEnd) {
            usedNanos += clock.nanos() - (turnEnd - TURN_NANOS);
        }

        /**
         * Adds a connection that has more work.
         *
         * @param later runs a task after the event loop has looked for other connections' bytes
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
                    one.continueTurn();
                }
            } finally {
                if (!waiting.isEmpty() && !scheduled) {
                    scheduled = true;
                    later.accept(() -> run(later));
                }
            }
        }

        /** Removes a connection. */
        void leave(Waiting one) {
            waiting.remove(one);
            if (--connections == 0) {
                lines.remove(whose);
            }
        }
    }
}
