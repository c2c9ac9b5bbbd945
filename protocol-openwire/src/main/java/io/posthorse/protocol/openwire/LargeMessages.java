package io.posthorse.protocol.openwire;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Large messages on their way to clients: each is in memory once for every client that has not taken it. So many bytes may
 * be on their way at a time, and one message whatever its size; other consumers wait for their turn.
 */
final class LargeMessages {
    private final long most;
    private long sent;
    private final Set<Consumption> waiting = new LinkedHashSet<>();

    LargeMessages(long most) {
        this.most = most;
    }

    /** Whether a message may be sent; who is told no is woken when there is room. */
    boolean admits(long bytes, Consumption who) {
        if (sent == 0 || sent + bytes <= most) {
            return true;
        }
        waiting.add(who);
        return false;
    }

    /** Whether nothing more may be sent; who is told so is woken when there is room. */
    boolean isFull(Consumption who) {
        if (sent < most) {
            return false;
        }
        waiting.add(who);
        return true;
    }

    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    void sent(long bytes) {
        sent += bytes;
    }

    /** Clients have taken so much, or are gone. */
    void taken(long bytes) {
        sent -= bytes;
        List<Consumption> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(Consumption::wake);
    }

    void forget(Consumption who) {
        waiting.remove(who);
    }
}
