package io.posthorse.protocol.openwire;

import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import java.io.IOException;
import java.util.ArrayDeque;
import org.apache.activemq.command.Command;

/** The answers that wait until the log has committed the records that they acknowledge, in order. */
final class PendingResponses implements PendingReplies {
    private final Shard shard;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean parked;

    /**
     * A waiting answer.
     *
     * @param position position below which everything must be committed
     * @param requestId command to refuse where the commit fails
     */
    private record Waiting(long position, OpenwireSession session, Command answer, int requestId) {}

    PendingResponses(Shard shard) {
        this.shard = shard;
    }

    /** Sends an answer once everything done so far is committed. */
    void whenCommitted(OpenwireSession session, Command answer, int requestId) {
        waiting.add(new Waiting(shard.broker().tail(), session, answer, requestId));
        if (!parked) {
            parked = true;
            shard.turn();
            shard.park(this);
        }
    }

    @Override
    public boolean committed(long position) {
        while (!waiting.isEmpty() && waiting.peek().position <= position) {
            Waiting next = waiting.poll();
            next.session.send(next.answer);
            next.session.flush();
        }
        parked = !waiting.isEmpty();
        return parked;
    }

    @Override
    public void failed(IOException cause) {
        parked = false;
        while (!waiting.isEmpty()) {
            Waiting next = waiting.poll();
            next.session.refuse(next.requestId, JmsExceptions.failed(cause));
            next.session.flush();
        }
    }
}
