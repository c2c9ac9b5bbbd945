package io.posthorse.interop.crash;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The sent messages, and the offsets at which the broker acknowledged them. */
final class Ledger {

    private final Set<Body> sent = ConcurrentHashMap.newKeySet();
    private final Map<Body, Long> acknowledged = new ConcurrentHashMap<>();

    /** Adds a message before it is sent. */
    void sending(Body body) {
        sent.add(body);
    }

    /** Records the acknowledgement of a message. */
    void acknowledged(Body body, long offset) {
        acknowledged.put(body, offset);
    }

    boolean isSent(Body body) {
        return sent.contains(body);
    }

    Map<Body, Long> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    int sentCount() {
        return sent.size();
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }
}
