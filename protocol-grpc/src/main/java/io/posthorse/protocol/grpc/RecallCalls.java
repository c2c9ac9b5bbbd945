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

/** Takes back messages that wait for their delivery time, here or on another master. */
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

    /** Whether the message waits on another master; on any thread. */
    boolean isElsewhere(Caller caller, RecallMessageRequest request) {
        try {
            return !caller.passedOn() && !handle(request).broker().equals(settings.brokerName());
        } catch (Refusal e) {
            return false;
        }
    }

    /** Has another master take a message back, and answers once with what it says. */
    void passOn(Caller caller, RecallMessageRequest request, Consumer<RecallMessageResponse> answer) {
        String master = handle(request).broker();
        others.port(master, port -> {
            if (port == null) {
                answer.accept(RecallMessageResponse.newBuilder().setStatus(Refusal.status(Code.BAD_REQUEST, "the recall"
                        + " handle is of the broker " + master + ", of which no port for gRPC is known here")).build());
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
            throw new Refusal(Code.BAD_REQUEST, "the recall handle is of topic " + handle.topic() + " on broker "
                    + handle.broker());
        }
        long offset = RecalledMessage.offset(broker, handle);
        if (offset < 0) {
            throw new Refusal(Code.MESSAGE_NOT_FOUND, "the message " + handle.uniqueKey()
                    + " does not wait any more: it was delivered or taken back");
        }
        if (shard.turn().delayed().cancel(offset) != CommandOutcome.DONE) {
            throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full; try again");
        }
        return RecallMessageResponse.newBuilder()
                .setStatus(Refusal.ok())
                .setMessageId(handle.uniqueKey())
                .build();
    }
}
