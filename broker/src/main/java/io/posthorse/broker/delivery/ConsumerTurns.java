package io.posthorse.broker.delivery;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * The consumers of a view that may take a message, in the order in which they get one: by priority, of equal ones the one
 * that was served longest ago. Who turned out to take none is not among them until it wakes.
 */
final class ConsumerTurns {
    private static final Comparator<Consumer> ORDER = Comparator.comparingInt((Consumer c) -> -c.wish().priority())
            .thenComparingLong(c -> c.turn);

    private final TreeSet<Consumer> able = new TreeSet<>(ORDER);
    /** Those of them for whose groups there are messages; null until there is one. */
    private TreeSet<Consumer> owning;

    boolean isEmpty() {
        return able.isEmpty();
    }

    Consumer first() {
        return able.isEmpty() ? null : able.first();
    }

    /** Who gets the next message; null where nobody can. */
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

    /** It got one, and is the last among its equals. */
    void served(Consumer consumer, long turn) {
        if (consumer.hasTurn && able.size() > 1) {
            leave(consumer);
            enter(consumer, turn);
        }
    }

    /** There are messages for its groups, or no more. */
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
