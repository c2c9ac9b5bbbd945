package io.posthorse.protocol.grpc;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A connection, first one of whom nobody knows yet who it is. Until a call of its is let in, one of them is looked at at a
 * time, and it has so long for that. Used on the thread of the connections.
 */
final class Newcomer {
    private final Runnable onKnown;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean known;
    private boolean deciding;

    /** @param onKnown told once, when it is known who it is */
    Newcomer(Runnable onKnown) {
        this.onKnown = onKnown;
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

    /** A call was looked at, and let in or not. */
    void decided(boolean admitted) {
        if (known) {
            return;
        }
        deciding = false;
        if (admitted) {
            admit();
        } else if (!waiting.isEmpty()) {
            look(waiting.remove());
        }
    }

    /** It is known who it is, or it does not matter. */
    void admit() {
        if (!known) {
            known = true;
            onKnown.run();
            while (!waiting.isEmpty()) {
                waiting.remove().run();
            }
        }
    }
}
