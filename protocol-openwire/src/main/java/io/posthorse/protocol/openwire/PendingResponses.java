package io.posthorse.protocol.openwire;

import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import java.io.IOException;
import java.util.ArrayDeque;
import org.apache.activemq.command.Command;

/** Answers that wait until the log has committed what they acknowledge, in order. */
final class PendingResponses implements PendingReplies {
    private final Shard shard;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean parked;

    /**
     * An answer that waits.
     *
     * @param position everything below must be committed
     * @param requestId the command that is refused where that will never be
     */
    private record Waiting(long position, OpenwireSession session, Command answer, int requestId) {}

    PendingResponses(Shard shard) {
        this.shard = shard;
    }

    /** Sends an answer once everything that was done so far is committed. */
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
            Waiting one = waiting.poll();
            one.session.send(one.answer);
            one.session.flush();
        }
        parked = !waiting.isEmpty();
        return parked;
    }

    @Override
    public void failed(IOException cause) {
        parked = false;
        while (!waiting.isEmpty()) {
            Waiting one = waiting.poll();
            one.session.refuse(one.requestId, JmsExceptions.failed(cause));
            one.session.flush();
        }
    }
}
