package io.posthorse.protocol.grpc;

import io.posthorse.broker.Admission;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Topic;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Message;
import io.posthorse.codec.grpc.MessageType;
import io.posthorse.codec.grpc.SendMessageRequest;
import io.posthorse.codec.grpc.SendMessageResponse;
import io.posthorse.codec.grpc.SendResultEntry;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.format.rocketmq.OutgoingMessage;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.SendProperties;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.QuotaHolder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The calls that send messages. All messages of a request are checked before the first is stored; each is stored or refused
 * separately.
 */
final class SendCalls {
    private static final int MESSAGES_MAX = 1_024;

    private final Shard shard;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final RocketmqSettings settings;
    private final OutgoingMessage message = new OutgoingMessage();
    private final SendProperties properties;
    private int turn;

    SendCalls(Shard shard, TopicsAndGroups destinations, RocketmqSettings settings, Entropy entropy, Clock clock) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.settings = settings;
        this.properties = new SendProperties(settings.cluster(), entropy, clock::wallMs);
    }

    SendMessageResponse send(Caller caller, SendMessageRequest request) {
        shard.turn();
        List<IncomingMessage> messages = checked(request);
        Topic topic = topic(Resources.target(request.getMessages(0).getTopic()), caller.holder());
        List<MessageType> types = RouteCalls.types(topic.settings());
        for (IncomingMessage each : messages) {
            boolean any = each.type() == MessageType.MESSAGE_TYPE_UNSPECIFIED;
            if (!any && !types.contains(each.type())) {
                throw new Refusal(Code.MESSAGE_PROPERTY_CONFLICT_WITH_TYPE, "the topic " + topic.name() + " accepts messages"
                        + " of type " + types + ", not " + each.type() + ", by its attribute message.type");
            }
        }
        SendMessageResponse.Builder answer = SendMessageResponse.newBuilder();
        Host born = Host.of(caller.remote());
        message.storeHost = Host.of(caller.local().getAddress(), settings.port());
        int next = turn++;
        Code worst = Code.OK;
        for (IncomingMessage each : messages) {
            each.fill(message, born, broker.wallNow());
            SendResultEntry entry = store(each, partition(topic, each, next));
            worst = entry.getStatus().getCode() == Code.OK ? worst : entry.getStatus().getCode();
            answer.addEntries(entry);
        }
        boolean isMixed = worst != Code.OK && messages.size() > 1;
        return answer.setStatus(worst == Code.OK
                        ? Refusal.ok()
                        : isMixed
                                ? Refusal.status(Code.MULTIPLE_RESULTS, "not all messages were stored; see each entry")
                                : answer.getEntries(0).getStatus())
                .build();
    }

    private List<IncomingMessage> checked(SendMessageRequest request) {
        if (request.getMessagesCount() == 0 || request.getMessagesCount() > MESSAGES_MAX) {
            throw new Refusal(Code.BAD_REQUEST, "a request must have 1 to " + MESSAGES_MAX + " messages");
        }
        if (!settings.isWritable()) {
            throw new Refusal(Code.FORBIDDEN, "the broker accepts no messages: its brokerPermission does not allow writing");
        }
        String topic = Resources.target(request.getMessages(0).getTopic());
        List<IncomingMessage> messages = new ArrayList<>();
        for (Message each : request.getMessagesList()) {
            if (!Resources.target(each.getTopic()).equals(topic)) {
                throw new Refusal(Code.BAD_REQUEST, "all messages of a request must have the same topic");
            }
            IncomingMessage incoming = new IncomingMessage(each, topic);
            incoming.check(settings.messageBytesMax());
            messages.add(incoming);
        }
        return messages;
    }

    private Topic topic(String name, QuotaHolder by) {
        Topic topic = broker.topic(name);
        if (topic == null) {
            topic = destinations.settingsFor(name) == null
                    ? null
                    : destinations.createFor(name, TopicsAndGroups.DEFAULT_TOPIC, TopicsAndGroups.DEFAULT_QUEUES, by);
        }
        if (topic == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + name + " does not exist, and it was not created: "
                    + (settings.autoCreateTopics()
                            ? "the maximum of topics.max is reached, or the share of one user or address in it"
                            + " (share.user, share.address), or the disk is full."
                            : "autoCreateTopicEnable is off. Create it with updateTopic."));
        }
        if (!topic.settings().isWritable() || topic.isInternal()) {
            throw new Refusal(Code.FORBIDDEN, "the topic " + name + " is not writable. Change its permission with"
                    + " updateTopicPerm.");
        }
        return topic;
    }

    /**
     * Returns the partition of a message: messages of one group go to the queue that a remoting producer would choose by
     * the same hash.
     */
    private static Partition partition(Topic topic, IncomingMessage message, int turn) {
        int queues = Math.max(1, topic.settings().writePartitions());
        int number = message.group().isEmpty()
                ? Math.floorMod(turn, queues)
                : Math.abs(message.group().hashCode() % queues);
        return topic.partition(number);
    }

    private SendResultEntry store(IncomingMessage incoming, Partition partition) {
        message.queueId = partition.number();
        properties.read(message, broker.wallNow());
        try {
            SendResultEntry.Builder entry = switch (incoming.type()) {
                case DELAY -> later(partition);
                case TRANSACTION -> prepare(partition);
                default -> now(partition);
            };
            return entry.setStatus(Refusal.ok()).setMessageId(incoming.id()).build();
        } catch (Refusal refusal) {
            return SendResultEntry.newBuilder().setStatus(refusal.status()).setMessageId(incoming.id()).build();
        }
    }

    private SendResultEntry.Builder now(Partition partition) {
        admit();
        broker.publish(partition, message, false);
        return SendResultEntry.newBuilder().setOffset(broker.lastOffset(partition));
    }

    private SendResultEntry.Builder later(Partition partition) {
        if (properties.dueMs - broker.wallNow() > settings.delayMsMax() || properties.dueMs < 0) {
            throw new Refusal(Code.ILLEGAL_DELIVERY_TIME, "the delivery time is negative or more than "
                    + settings.delayMsMax() / 1_000 + " s ahead (timerMaxDelaySec)");
        }
        if (properties.dueMs <= broker.wallNow()) {
            return now(partition);
        }
        properties.addRealTarget(message, partition);
        properties.addDue(message);
        requireRoom(broker.delayed().hasRoom(), "delayed.max");
        admit();
        broker.delayed().publishAt(partition, message, properties.dueMs);
        long offset = broker.delayed().lastOffset();
        byte[] handle = new RecallHandle(
                partition.topic().name(), settings.brokerName(), properties.dueMs, properties.uniqueKey(), offset).bytes();
        return SendResultEntry.newBuilder()
                .setOffset(offset)
                .setRecallHandle(new String(handle, StandardCharsets.US_ASCII));
    }

    private SendResultEntry.Builder prepare(Partition partition) {
        message.systemFlag |= StoredMessage.FLAG_COMMITTED;
        properties.addTransaction(message);
        requireRoom(broker.transactions().hasRoom(), "transactions.max");
        admit();
        long firstCheck = broker.now() + (properties.immunityMs >= 0 ? properties.immunityMs : settings.undecidedMs());
        long position = broker.transactions().prepare(partition, message, firstCheck);
        long offset = broker.transactions().lastOffset();
        return SendResultEntry.newBuilder()
                .setOffset(offset)
                .setTransactionId(new TransactionId(offset, position).text());
    }

    private static void requireRoom(boolean hasRoom, String limit) {
        if (!hasRoom) {
            throw new Refusal(Code.TOO_MANY_REQUESTS, "the maximum number of waiting messages (" + limit
                    + ") is reached; nothing was stored. Send again when some were delivered, or raise the limit.");
        }
    }

    private void admit() {
        if (message.allPropertiesLength() > StoredMessage.PROPERTIES_MAX) {
            throw new Refusal(Code.MESSAGE_PROPERTIES_TOO_LARGE, "the properties have more than "
                    + StoredMessage.PROPERTIES_MAX + " bytes with those that the broker adds");
        }
        Admission admission = broker.admit(message.length(), 1);
        if (admission != Admission.ADMITTED) {
            throw new Refusal(Code.HA_NOT_AVAILABLE, reason(admission));
        }
    }

    private static String reason(Admission admission) {
        return switch (admission) {
            case ADMITTED -> "";
            case DISK_FULL -> "the broker's disk is full: nothing was stored, nothing was deleted. Send again later; sends"
                    + " are accepted as soon as there is space.";
            case FOLLOWS -> "this broker is a slave: nothing was stored. Send to its master.";
            case GROUP_BEHIND -> "the other nodes of the cluster are behind: nothing was stored. Send again soon.";
            case FAILED -> "the broker's disk has failed: it accepts no messages until it is restarted";
        };
    }
}
