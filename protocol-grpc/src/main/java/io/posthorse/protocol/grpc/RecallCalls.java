package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Shard;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.RecallMessageRequest;
import io.posthorse.codec.grpc.RecallMessageResponse;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.format.rocketmq.RecalledMessage;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.function.Consumer;

/** The calls that recall messages before their delivery time, here or on another master. */
final class RecallCalls {
    private final Shard shard;
    private final Broker broker;
    private final RocketmqSettings settings;
    private final OtherMasters others;
    private final OtherPorts ports;

    RecallCalls(Shard shard, RocketmqSettings settings, OtherMasters others, OtherPorts ports) {
        this.shard = shard;
        this.others = others;
        this.ports = ports;
        this.broker = shard.broker();
        this.settings = settings;
    }

    /** Returns whether the message waits on another master; may be called on any thread. */
    boolean isElsewhere(Caller caller, RecallMessageRequest request) {
        try {
            return !caller.passedOn() && !handle(request).broker().equals(settings.brokerName());
        } catch (Refusal e) {
            return false;
        }
    }

    /** Forwards a recall to another master, and answers once with its answer. */
    void passOn(Caller caller, RecallMessageRequest request, Consumer<RecallMessageResponse> answer) {
        String master = handle(request).broker();
        others.port(master, port -> {
            if (port == null) {
                answer.accept(RecallMessageResponse.newBuilder().setStatus(Refusal.status(Code.BAD_REQUEST, "the recall"
                        + " handle belongs to the broker " + master + ", whose gRPC port is unknown here")).build());
            } else {
                ports.recall(caller, port, request, answer);
            }
        });
    }

    private static RecallHandle handle(RecallMessageRequest request) {
        try {
            return RecallHandle.of(request.getRecallHandle());
        } catch (MalformedFrameException e) {
            throw new Refusal(Code.BAD_REQUEST, e.getMessage());
        }
    }

    RecallMessageResponse recall(RecallMessageRequest request) {
        RecallHandle handle = handle(request);
        if (!handle.topic().equals(Resources.topic(request.getTopic()))
                || !handle.broker().equals(settings.brokerName())) {
            throw new Refusal(Code.BAD_REQUEST, "the recall handle belongs to the topic " + handle.topic() + " on broker "
                    + handle.broker());
        }
        long offset = RecalledMessage.offset(broker, handle);
        if (offset < 0) {
            throw new Refusal(Code.MESSAGE_NOT_FOUND, "the message " + handle.uniqueKey()
                    + " is no longer waiting: it was delivered or recalled");
        }
        if (shard.turn().delayed().cancel(offset) != CommandOutcome.DONE) {
            throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full: nothing was stored; try again");
        }
        return RecallMessageResponse.newBuilder()
                .setStatus(Refusal.ok())
                .setMessageId(handle.uniqueKey())
                .build();
    }
}
