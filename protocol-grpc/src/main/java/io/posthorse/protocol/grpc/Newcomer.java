package io.posthorse.protocol.grpc;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * A connection whose user may still be unknown. Until one of its calls is admitted, its calls are checked one at a time,
 * within a limited time. Used on the thread of the connections.
 */
final class Newcomer {
    private final Predicate<String> place;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean known;
    private boolean deciding;

    /** @param place takes a place among a user's connections; returns false where the user has the maximum number */
    Newcomer(Predicate<String> place) {
        this.place = place;
    }

    boolean isKnown() {
        return known;
    }

    /** Checks a call, at once or when its turn comes; {@link #decided} must follow. */
    void check(Runnable check) {
        if (known) {
            check.run();
        } else if (deciding) {
            waiting.add(check);
        } else {
            deciding = true;
            check.run();
        }
    }

    /** Ends the check of a call: it was refused, or {@link #admit} was called before. */
    void decided() {
        if (known) {
            return;
        }
        deciding = false;
        if (!waiting.isEmpty()) {
            check(waiting.remove());
        }
    }

    /**
     * Assigns the connection to a user, to whom it counts from then on, even where other users sign calls on it.
     *
     * @param user name of the user, empty where access control is off
     * @return false where the user has the maximum number of connections
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
