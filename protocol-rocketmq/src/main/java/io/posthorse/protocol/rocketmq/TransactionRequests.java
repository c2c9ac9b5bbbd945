package io.posthorse.protocol.rocketmq;

import io.posthorse.access.Gate;
import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Topic;
import io.posthorse.broker.Transactions;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.SendProperties;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Ends transactions (37), asks producers about undecided ones (39), and resumes those that were set aside (323). */
final class TransactionRequests implements RequestHandler, Transactions.Inquiry {
    private static final int COMMIT = 8;
    private static final int ROLLBACK = 12;
    private static final byte PROPERTY_END = 2;

    private final Shard shard;
    private final Broker broker;
    private final ConsumerGroups groups;
    private final Gate gate;
    private final RocketmqSettings settings;
    private final SendProperties properties;
    private int opaque;
    private int turn;

    TransactionRequests(
            Shard shard, ConsumerGroups groups, Gate gate, Entropy entropy, Clock clock, RocketmqSettings settings) {
        this.gate = gate;
        this.shard = shard;
        this.broker = shard.broker();
        this.groups = groups;
        this.settings = settings;
        this.properties = new SendProperties(settings.cluster(), entropy, clock::wallMs);
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.END_TRANSACTION || code == RequestCode.RESUME_CHECK_HALF_MESSAGE;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return request.code() == RequestCode.END_TRANSACTION ? end(request) : resume(request);
    }

    private Frame end(Frame request) {
        int decision = (int) request.number("commitOrRollback", 0);
        long offset = request.number("tranStateTableOffset", -1);
        long position = broker.transactions().position(offset);
        if (decision != COMMIT && decision != ROLLBACK) {
            return request.ok(Map.of()); // still undecided: its producer will be asked again
        }
        ByteBuffer stored = position < 0 || position != request.number("commitLogOffset", -2)
                ? null
                : broker.resident().message(position);
        if (stored == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "Find prepared transaction message failed: it was decided"
                    + " before, or set aside after too many checks.");
        }
        MessageView view = MessageView.of(stored);
        if (!request.require("producerGroup").equals(view.properties().get("PGROUP"))) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "The producer group wrong: the message was prepared by "
                    + view.properties().get("PGROUP"));
        }
        CommandOutcome outcome = decision == COMMIT
                ? commit(offset, view)
                : shard.turn().transactions().rollback(offset);
        return switch (outcome) {
            case DONE -> request.ok(Map.of());
            case UNKNOWN -> request.refuse(ResponseCode.SYSTEM_ERROR, "The transaction's message, or its topic, does not"
                    + " exist any more.");
            case REFUSED -> request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk is full: the transaction"
                    + " stays undecided, and its producer will be asked again.");
        };
    }

    /** Commits a message; its delay counts from the commit. */
    private CommandOutcome commit(long offset, MessageView view) {
        Transactions transactions = shard.turn().transactions();
        byte[] text = MessageView.text(view.properties()).getBytes(StandardCharsets.UTF_8);
        properties.scan(text);
        long due = properties.delayLevel > 0
                ? broker.wallNow() + broker.delayed().delayMs(properties.delayLevel - 1)
                : properties.dueMs;
        return due > broker.wallNow() ? transactions.commitAt(offset, due) : transactions.commit(offset);
    }

    private Frame resume(Frame request) {
        String id = request.require("msgId");
        long position = OffsetMessageId.position(id);
        long offset = broker.transactions().suspendedAt(position);
        ByteBuffer stored = offset < 0 ? null : broker.resident().message(position);
        if (stored == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "Put message back to RMQ_SYS_TRANS_HALF_TOPIC failed: " + id
                    + " is not the id (offsetMsgId) of a message in TRANS_CHECK_MAX_TIME_TOPIC, or it was resumed before.");
        }
        return resume(request, offset, MessageView.of(stored));
    }

    /** Resumes checks about a message that was set aside under that offset. */
    Frame resume(Frame request, long offset, MessageView view) {
        Topic topic = broker.topic(view.topic());
        Partition target = topic == null ? null : topic.partition(view.queueId());
        if (target == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "the message cannot be resumed: its topic " + view.topic()
                    + " does not exist any more. Create the topic again and repeat this, or drop the message.");
        }
        CommandOutcome outcome = shard.turn().transactions().resume(offset, target, broker.now() + settings.undecidedMs());
        return outcome == CommandOutcome.DONE
                ? request.ok(Map.of())
                : request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk is full; try again.");
    }

    @Override
    public boolean ask(long offset, long position, ByteBuffer nativeBytes, int times) {
        MessageView view = MessageView.of(nativeBytes);
        String group = view.properties().get("PGROUP");
        ConsumerGroups.Group producers = group == null ? null : groups.producers(group);
        if (producers == null) {
            return false;
        }
        ConsumerGroups.Member asked = asked(List.copyOf(producers.members.values()), view.topic());
        if (asked == null) {
            return false;
        }
        String key = view.properties().getOrDefault("UNIQ_KEY", "");
        Map<String, String> fields = Map.of(
                "tranStateTableOffset", Long.toString(offset),
                "commitLogOffset", Long.toString(position),
                "msgId", key,
                "transactionId", key,
                "offsetMsgId", new Host(view.storeAddress(), view.storePort()).messageId(position),
                "topic", view.topic());
        byte[] message = prepared(nativeBytes, "REAL_TOPIC\u0001" + view.topic() + "\u0002REAL_QID\u0001" + view.queueId()
                + "\u0002TRANSACTION_CHECK_TIMES\u0001" + times + "\u0002");
        asked.peer().send(Frame.oneWay(RequestCode.CHECK_TRANSACTION_STATE, opaque++, fields, message));
        return true;
    }

    /** Returns the next producer that may send to the topic, and so may know the message; null where there is none. */
    private ConsumerGroups.Member asked(List<ConsumerGroups.Member> members, String topic) {
        for (int tried = 0; tried < members.size(); tried++) {
            ConsumerGroups.Member next = members.get(Math.floorMod(turn++, members.size()));
            if (!gate.isOn() || next.peer() instanceof RemotingSession session && session.identity != null
                    && gate.refusalToSend(session.identity, session.source, topic) == null) {
                return next;
            }
        }
        return null;
    }

    /**
     * Returns a copy of the message as it was before any decision.
     *
     * @param more properties that RocketMQ's broker adds for the check; left out where there is no room for them
     */
    private static byte[] prepared(ByteBuffer stored, String more) {
        int size = stored.remaining();
        int at = StoredMessage.propertiesLength(stored, stored.position(), size) - stored.position();
        int length = at < 0 ? StoredMessage.PROPERTIES_MAX : stored.getShort(stored.position() + at) & 0xFFFF;
        boolean isEnded = length == 0 || at >= 0 && stored.get(stored.position() + at + 1 + length) == PROPERTY_END;
        byte[] added = (isEnded ? more : "\u0002" + more).getBytes(StandardCharsets.UTF_8);
        boolean fits = length + added.length <= StoredMessage.PROPERTIES_MAX && at + 2 + length == size;
        byte[] copy = new byte[fits ? size + added.length : size];
        stored.get(stored.position(), copy, 0, size);
        ByteBuffer out = ByteBuffer.wrap(copy);
        if (fits) {
            out.put(size, added).putInt(StoredMessage.TOTAL_SIZE, copy.length).putShort(at, (short) (length + added.length));
        }
        int flag = out.getInt(StoredMessage.SYSTEM_FLAG);
        out.putLong(StoredMessage.preparedPosition(flag), 0);
        out.putInt(StoredMessage.SYSTEM_FLAG, flag & ~StoredMessage.FLAG_TRANSACTION);
        return copy;
    }
}
