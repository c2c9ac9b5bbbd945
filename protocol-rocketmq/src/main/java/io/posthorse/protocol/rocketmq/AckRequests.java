package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Settles lent messages: one (200051) or many (200151), and changes their leases (200053). */
final class AckRequests implements RequestHandler {
    /** Maximum messages that one request settles; RocketMQ's clients and proxy settle those of one answer, 32, at a time. */
    private static final int SETTLED_MAX = 4_096;
    private static final int POP_TIME = 1;
    private static final int WORDS_MIN = 7;
    private static final long LEASE_MS_MAX = 12 * 3_600_000L;
    private static final byte[] NO_BODY = {};

    private final Shard shard;
    private final Broker broker;
    private final RequestBodies bodies;

    AckRequests(Shard shard, RequestBodies bodies) {
        this.shard = shard;
        this.bodies = bodies;
        this.broker = shard.broker();
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.ACK_MESSAGE || code == RequestCode.BATCH_ACK_MESSAGE
                || code == RequestCode.CHANGE_MESSAGE_INVISIBLETIME;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        if (request.code() == RequestCode.BATCH_ACK_MESSAGE) {
            return acknowledgeMany(request);
        }
        Topic topic = broker.topic(request.require("topic"));
        Subscription group = broker.subscription(request.require("consumerGroup"));
        Partition partition = topic == null ? null : topic.partition((int) request.number("queueId", -1));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "the topic " + request.field("topic") + " not exist");
        }
        if (partition == null || group == null) {
            return request.refuse(ResponseCode.MESSAGE_ILLEGAL, "queueId[" + request.field("queueId") + "] is illegal, or"
                    + " the group " + request.field("consumerGroup") + " does not exist");
        }
        long receipt = receipt(request.require("extraInfo"));
        long offset = request.number("offset", -1);
        return request.code() == RequestCode.ACK_MESSAGE
                ? answer(request, shard.turn().leases().settle(group, partition, offset, receipt))
                : change(request, group, partition, offset, receipt);
    }

    /** Returns when the message was lent: the second of the eight words of its receipt. */
    private static long receipt(String extraInfo) {
        String[] words = extraInfo.split(" ");
        try {
            if (words.length >= WORDS_MIN) {
                return Long.parseLong(words[POP_TIME]);
            }
        } catch (NumberFormatException e) {
            // falls through: the same answer
        }
        throw new MalformedFrameException("extraInfo is not a receipt of a message: " + extraInfo);
    }

    private static Frame answer(Frame request, CommandOutcome outcome) {
        return switch (outcome) {
            case DONE -> request.ok(NO_BODY);
            case UNKNOWN -> request.refuse(ResponseCode.NO_MESSAGE, "no message is lent by that receipt: it expired and the"
                    + " message was lent again, or the message was settled before");
            case REFUSED -> request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "the broker's disk is full; try again");
        };
    }

    private Frame change(Frame request, Subscription group, Partition partition, long offset, long receipt) {
        Broker turn = shard.turn();
        long leaseMs = Math.max(0, Math.min(LEASE_MS_MAX, request.number("invisibleTime", 0)));
        long next = Math.max(turn.now(), receipt + 1);
        CommandOutcome outcome = turn.leases().change(group, partition, offset, receipt, leaseMs, next);
        return outcome != CommandOutcome.DONE
                ? answer(request, outcome)
                : request.ok(Map.of(
                        "popTime", Long.toString(next),
                        "invisibleTime", Long.toString(leaseMs),
                        "reviveQid", PopAnswer.reviveQueue(request.require("extraInfo").contains(" 999 "))));
    }

    private Frame acknowledgeMany(Frame request) {
        JsonValue.Obj body = bodies.of(request);
        List<Acks> all = new ArrayList<>();
        long count = 0;
        for (JsonValue item : body.array("acks")) {
            Acks acks = acks(item.asObject());
            all.add(acks);
            count += acks.bits.cardinality();
            if (count > SETTLED_MAX || all.size() > SETTLED_MAX) {
                return request.refuse(ResponseCode.INVALID_PARAMETER, "the request acknowledges more than "
                        + SETTLED_MAX + " messages; none was acknowledged. Send them in several requests.");
            }
        }
        CommandOutcome worst = CommandOutcome.DONE;
        for (Acks acks : all) {
            worst = acknowledge(acks, worst);
        }
        return worst == CommandOutcome.REFUSED ? answer(request, worst) : request.ok(NO_BODY);
    }

    /** The messages of a partition that one request was lent, as distances from an offset. */
    private record Acks(JsonValue.Obj json, BitSet bits) {}

    private static Acks acks(JsonValue.Obj json) {
        try {
            return new Acks(json, BitSet.valueOf(Base64.getDecoder().decode(json.text("b", ""))));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("acks: the bits are not Base64");
        }
    }

    private CommandOutcome acknowledge(Acks acks, CommandOutcome before) {
        JsonValue.Obj json = acks.json;
        Topic topic = broker.topic(json.text("t", ""));
        Subscription group = broker.subscription(json.text("c", ""));
        Partition partition = topic == null ? null : topic.partition(json.integer("q", -1));
        if (partition == null || group == null) {
            return before;
        }
        CommandOutcome worst = before;
        for (int bit = acks.bits.nextSetBit(0); bit >= 0; bit = acks.bits.nextSetBit(bit + 1)) {
            CommandOutcome one = shard.turn().leases().settle(
                    group, partition, json.number("so", 0) + bit, json.number("pt", 0));
            worst = one == CommandOutcome.REFUSED ? one : worst;
        }
        return worst;
    }
}
