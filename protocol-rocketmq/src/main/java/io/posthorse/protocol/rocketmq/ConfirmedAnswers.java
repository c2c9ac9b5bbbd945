package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Answers to changes of topics, which are sent once the log has committed the change and the name servers have registered
 * it.
 */
final class ConfirmedAnswers implements PendingReplies {
    private record Answer(Peer peer, Frame request, Frame response, long position) {}

    private final Shard shard;
    private final Registrations registrations;
    private final ArrayDeque<Answer> answers = new ArrayDeque<>();

    ConfirmedAnswers(Shard shard, Registrations registrations) {
        this.shard = shard;
        this.registrations = registrations;
    }

    /** Answers a request whose changes are decided, once they are committed and registered. */
    void answer(Peer peer, Frame request, Frame response) {
        if (answers.isEmpty()) {
            shard.park(this);
        }
        answers.add(new Answer(peer, request, response, shard.broker().tail()));
    }

    @Override
    public boolean committed(long position) {
        while (!answers.isEmpty() && answers.peek().position <= position) {
            Answer answer = answers.remove();
            registrations.confirm(() -> answer.peer.answer(answer.request, answer.response));
        }
        return !answers.isEmpty();
    }

    @Override
    public void failed(IOException cause) {
        while (!answers.isEmpty()) {
            Answer answer = answers.remove();
            answer.peer.answer(answer.request, answer.request.refuse(
                    ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk has failed ("
                            + cause.getMessage() + "): the change may or may not be kept. See the server log."));
        }
    }
}
