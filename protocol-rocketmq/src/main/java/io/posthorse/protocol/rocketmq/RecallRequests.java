package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Shard;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.format.rocketmq.RecalledMessage;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.Map;

/** Recalls messages with a delivery time (370). */
final class RecallRequests implements RequestHandler {
    private final Shard shard;
    private final Broker broker;
    private final RocketmqSettings settings;

    RecallRequests(Shard shard, RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.RECALL_MESSAGE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        String topic = request.require("topic");
        RecallHandle handle;
        try {
            handle = RecallHandle.of(request.require("recallHandle"));
        } catch (MalformedFrameException e) {
            return request.refuse(ResponseCode.ILLEGAL_OPERATION, "recall failed, " + e.getMessage());
        }
        if (broker.topic(topic) == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "recall failed, the topic[" + topic + "] not exist");
        }
        if (!handle.topic().equals(topic) || !handle.broker().equals(settings.brokerName())) {
            return request.refuse(ResponseCode.ILLEGAL_OPERATION, "recall failed, the handle is of topic " + handle.topic()
                    + " on broker " + handle.broker());
        }
        long offset = RecalledMessage.offset(broker, handle);
        if (offset < 0) {
            return request.refuse(ResponseCode.ILLEGAL_OPERATION, "recall failed, the message " + handle.uniqueKey()
                    + " no longer waits: it was delivered, recalled or cancelled");
        }
        CommandOutcome outcome = shard.turn().delayed().cancel(offset);
        return outcome == CommandOutcome.DONE
                ? request.ok(Map.of("msgId", handle.uniqueKey()))
                : request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "recall failed, the broker's disk is full; try again");
    }
}
