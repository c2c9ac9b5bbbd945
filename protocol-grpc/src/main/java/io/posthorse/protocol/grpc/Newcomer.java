package io.posthorse.protocol.grpc;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * A connection, first one of whom nobody knows yet who it is. Until a call of its is let in, one of them is looked at at a
 * time, and it has so long for that. Used on the thread of the connections.
 */
final class Newcomer {
    private final Predicate<String> place;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean known;
    private boolean deciding;

    /** @param place takes a connection's place among those of a user; false where he has as many as one may */
    Newcomer(Predicate<String> place) {
        this.place = place;
    }

    boolean isKnown() {
        return known;
    }

    /** Has a call looked at, now or when it is its turn; {@link #decided} must follow. */
    void look(Runnable look) {
        if (known) {
            look.run();
        } else if (deciding) {
            waiting.add(look);
        } else {
            deciding = true;
            look.run();
        }
    }

    /** A call was looked at, and it was not let in, or {@link #admit} was told before. */
    void decided() {
        if (known) {
            return;
        }
        deciding = false;
        if (!waiting.isEmpty()) {
            look(waiting.remove());
        }
    }

    /**
     * It is known now whose the connection is, and it counts as his from then on, whoever else signs calls on it.
     *
     * @param user his name, empty where nobody is asked who he is
     * @return false where he has as many connections as one may
     */
    boolean admit(String user) {
        if (!known && place.test(user)) {
            known = true;
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }
        return known;
    }
}
