package io.posthorse.interop.crash;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What was sent, and which of it the broker acknowledged at which offset. */
final class Ledger {

    private final Set<Body> sent = ConcurrentHashMap.newKeySet();
    private final Map<Body, Long> acknowledged = new ConcurrentHashMap<>();

    /** Notes a message before it is sent. */
    void sending(Body body) {
        sent.add(body);
    }

    /** Notes the broker's word that it has the message. */
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
