package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Outcome;
import io.posthorse.broker.Shard;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.RecallMessageRequest;
import io.posthorse.codec.grpc.RecallMessageResponse;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.format.rocketmq.RecalledMessage;
import io.posthorse.format.rocketmq.RocketmqSettings;

/** Takes back messages that wait for their delivery time. */
final class Recalls {
    private final Shard shard;
    private final Broker broker;
    private final RocketmqSettings settings;

    Recalls(Shard shard, RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.settings = settings;
    }

    RecallMessageResponse recall(RecallMessageRequest request) {
        String topic = Resources.topic(request.getTopic());
        RecallHandle handle;
        try {
            handle = RecallHandle.of(request.getRecallHandle());
        } catch (MalformedFrameException e) {
            throw new Refusal(Code.BAD_REQUEST, e.getMessage());
        }
        if (!handle.topic().equals(topic) || !handle.broker().equals(settings.brokerName())) {
            throw new Refusal(Code.BAD_REQUEST, "the recall handle is of topic " + handle.topic() + " on broker "
                    + handle.broker());
        }
        long offset = RecalledMessage.offset(broker, handle);
        if (offset < 0) {
            throw new Refusal(Code.MESSAGE_NOT_FOUND, "the message " + handle.uniqueKey()
                    + " does not wait any more: it was delivered or taken back");
        }
        if (shard.turn().delayed().cancel(offset) != Outcome.DONE) {
            throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full; try again");
        }
        return RecallMessageResponse.newBuilder()
                .setStatus(Refusal.ok())
                .setMessageId(handle.uniqueKey())
                .build();
    }
}
