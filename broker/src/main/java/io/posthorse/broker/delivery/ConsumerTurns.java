package io.posthorse.broker.delivery;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * The consumers of a view that may take a message, in the order of their turns: by priority, then by the time since they
 * were last served. A consumer that could take none is not among them until it wakes.
 */
final class ConsumerTurns {
    private static final Comparator<Consumer> ORDER = Comparator.comparingInt((Consumer c) -> -c.wish().priority())
            .thenComparingLong(c -> c.turn);

    private final TreeSet<Consumer> able = new TreeSet<>(ORDER);
    /** Those with messages for their groups; null until there is one. */
    private TreeSet<Consumer> owning;

    boolean isEmpty() {
        return able.isEmpty();
    }

    Consumer first() {
        return able.isEmpty() ? null : able.first();
    }

    /** Returns the consumer of the next message; null where none can take one. */
    Consumer next(boolean anyForAll) {
        if (anyForAll) {
            return first();
        }
        return owning == null || owning.isEmpty() ? null : owning.first();
    }

    /** @param turn higher than any before */
    void enter(Consumer consumer, long turn) {
        if (!consumer.hasTurn) {
            consumer.turn = turn;
            consumer.hasTurn = true;
            able.add(consumer);
            ownChanged(consumer);
        }
    }

    void leave(Consumer consumer) {
        if (consumer.hasTurn) {
            able.remove(consumer);
            if (owning != null) {
                owning.remove(consumer);
            }
            consumer.hasTurn = false;
        }
    }

    /** Moves a consumer that got a message behind its equals. */
    void served(Consumer consumer, long turn) {
        if (consumer.hasTurn && able.size() > 1) {
            leave(consumer);
            enter(consumer, turn);
        }
    }

    /** Notes that there are messages for a consumer's groups, or no more. */
    void ownChanged(Consumer consumer) {
        if (!consumer.hasTurn) {
            return;
        }
        if (consumer.own != null && !consumer.own.isEmpty()) {
            owning = owning == null ? new TreeSet<>(ORDER) : owning;
            owning.add(consumer);
        } else if (owning != null) {
            owning.remove(consumer);
        }
    }
}
