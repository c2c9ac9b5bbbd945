package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Outcome;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.Base64;
import java.util.BitSet;
import java.util.Map;

/** Settles messages that were lent: 200051, many at once 200151, and lends them for longer or shorter: 200053. */
final class AckRequests implements RequestHandler {
    private static final int ACKS_MAX = 1_024;
    private static final int BITS_MAX = 4_096;
    private static final int POP_TIME = 1;
    private static final int WORDS_MIN = 7;
    private static final long LEASE_MS_MAX = 12 * 3_600_000L;
    private static final byte[] NO_BODY = {};

    private final Shard shard;
    private final Broker broker;

    AckRequests(Shard shard) {
        this.shard = shard;
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

    /** When the message was lent, as its receipt says: eight words, of which this is the second. */
    private static long receipt(String extraInfo) {
        String[] words = extraInfo.split(" ");
        try {
            if (words.length >= WORDS_MIN) {
                return Long.parseLong(words[POP_TIME]);
            }
        } catch (NumberFormatException e) {
            // falls through: the same answer
        }
        throw new MalformedFrameException("extraInfo is no receipt of a message: " + extraInfo);
    }

    private static Frame answer(Frame request, Outcome outcome) {
        return switch (outcome) {
            case DONE -> request.ok(NO_BODY);
            case UNKNOWN -> request.refuse(ResponseCode.NO_MESSAGE, "no message is lent by that receipt: its time was over,"
                    + " and it was lent anew, or it was settled before");
            case REFUSED -> request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "the broker's disk is full; try again");
        };
    }

    private Frame change(Frame request, Subscription group, Partition partition, long offset, long receipt) {
        Broker turn = shard.turn();
        long leaseMs = Math.max(0, Math.min(LEASE_MS_MAX, request.number("invisibleTime", 0)));
        long next = Math.max(turn.now(), receipt + 1);
        Outcome outcome = turn.leases().change(group, partition, offset, receipt, leaseMs, next);
        return outcome != Outcome.DONE
                ? answer(request, outcome)
                : request.ok(Map.of(
                        "popTime", Long.toString(next),
                        "invisibleTime", Long.toString(leaseMs),
                        "reviveQid", PopAnswer.reviveQueue(request.require("extraInfo").contains(" 999 "))));
    }

    private Frame acknowledgeMany(Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        Outcome worst = Outcome.DONE;
        int count = 0;
        for (JsonValue item : body.array("acks")) {
            if (++count > ACKS_MAX) {
                return request.refuse(ResponseCode.INVALID_PARAMETER, "more than " + ACKS_MAX + " receipts at once");
            }
            worst = acknowledge(item.asObject(), worst);
        }
        return worst == Outcome.REFUSED ? answer(request, worst) : request.ok(NO_BODY);
    }

    private Outcome acknowledge(JsonValue.Obj ack, Outcome before) {
        Topic topic = broker.topic(ack.text("t", ""));
        Subscription group = broker.subscription(ack.text("c", ""));
        Partition partition = topic == null ? null : topic.partition(ack.integer("q", -1));
        if (partition == null || group == null) {
            return before;
        }
        BitSet bits;
        try {
            bits = BitSet.valueOf(Base64.getDecoder().decode(ack.text("b", "")));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("acks: the bits are no Base64");
        }
        Outcome worst = before;
        for (int bit = bits.nextSetBit(0); bit >= 0 && bit < BITS_MAX; bit = bits.nextSetBit(bit + 1)) {
            Outcome one = shard.turn().leases().settle(group, partition, ack.number("so", 0) + bit, ack.number("pt", 0));
            worst = one == Outcome.REFUSED ? one : worst;
        }
        return worst;
    }
}
