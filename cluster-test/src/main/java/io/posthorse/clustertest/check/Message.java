package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Acknowledged;
import io.posthorse.clustertest.history.Event.Sent;
import java.util.ArrayList;
import java.util.List;

/** A message with all attempts to send it and their answers. */
final class Message {
    final Sent first;
    final List<Acknowledged> acknowledged = new ArrayList<>();
    private int attempts;
    private int refused;

    Message(Sent first) {
        this.first = first;
    }

    void sentOnceMore() {
        attempts++;
    }

    void refused() {
        refused++;
    }

    int attempts() {
        return attempts;
    }

    boolean isAcknowledged() {
        return !acknowledged.isEmpty();
    }

    /** Returns whether every attempt was answered as not stored. */
    boolean isRefused() {
        return refused >= attempts;
    }

    boolean isTransactional() {
        return !first.transaction().isEmpty();
    }

    /** Returns whether some answer told this offset, or could not tell any. */
    boolean mayBeAt(long offset) {
        return acknowledged.stream().anyMatch(one -> one.offset() == Event.NO_OFFSET || one.offset() == offset);
    }
}
