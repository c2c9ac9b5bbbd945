package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.SystemNames;
import io.posthorse.broker.Admission;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.OutgoingMessage;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.SendProperties;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.net.LogLimiter;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles send requests: single messages (10, 310) and batches (320). */
final class SendRequests {
    private static final Logger LOG = LoggerFactory.getLogger(SendRequests.class);

    private final LogLimiter complaints;
    private final RemotingProtocol protocol;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final RocketmqSettings settings;
    private final Entropy entropy;
    private final OutgoingMessage message = new OutgoingMessage();
    private final SendProperties properties;
    private final BatchSend batches;

    SendRequests(RemotingProtocol protocol, TopicsAndGroups destinations, Entropy entropy, Clock clock) {
        this.complaints = new LogLimiter(clock);
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.destinations = destinations;
        this.settings = protocol.settings;
        this.entropy = entropy;
        this.properties = new SendProperties(settings.cluster(), entropy, clock::wallMs);
        this.batches = new BatchSend(this, protocol, message);
    }

    void handle(RemotingSession session, RequestHeader header, ByteBuf in, int bodyAt, int bodyLength) {
        protocol.shard.turn();
        SendNames names = SendNames.of(header.code());
        int topicField = header.field(names.topic());
        if (topicField < 0) {
            refuse(session, header, ResponseCode.INVALID_PARAMETER, "The send request has no topic.");
            return;
        }
        if (!settings.isWritable()) {
            refuse(session, header, ResponseCode.NO_PERMISSION, "the broker[" + settings.brokerName()
                    + "] sending message is forbidden: its brokerPermission does not allow writing");
            return;
        }
        Topic topic = protocol.topics.find(header.bytes(), header.start(topicField), header.length(topicField));
        if (topic == null) {
            topic = create(session, header, names);
            if (topic == null) {
                return; // refused
            }
        }
        // a JMS client's topic, whose name is too long for this protocol
        if (header.length(topicField) > TopicsAndGroups.TOPIC_LENGTH_MAX) {
            refuse(session, header, ResponseCode.INVALID_PARAMETER, TopicsAndGroups.topicProblem(topic.name()));
            return;
        }
        if (!topic.settings().isWritable() || topic.isInternal()) {
            refuse(session, header, ResponseCode.NO_PERMISSION, SystemNames.isOwn(topic.name())
                    ? "Sending message to topic[" + topic.name() + "] is forbidden."
                    : "the broker[" + settings.brokerName() + "] sending message is forbidden: topic " + topic.name()
                            + " is not writable. Change its permission with updateTopicPerm.");
            return;
        }
        Partition partition = choose(session, header, topic, header.number(names.queueId(), -1));
        if (partition == null) {
            return; // refused
        }
        begin(session, header, names, topicField, partition);
        if (header.code() == RequestCode.SEND_BATCH_MESSAGE || header.isTrue(names.batch())) {
            batches.send(session, header, partition, in, bodyAt, bodyLength);
        } else {
            single(session, header, names, partition, in, bodyAt, bodyLength);
        }
    }

    private Topic create(RemotingSession session, RequestHeader header, SendNames names) {
        String name = header.text(names.topic());
        String problem = TopicsAndGroups.topicProblem(name);
        if (problem != null) {
            refuse(session, header, ResponseCode.INVALID_PARAMETER, problem);
            return null;
        }
        if (SystemNames.isOwn(name)) {
            refuse(session, header, ResponseCode.NO_PERMISSION, "Sending message to topic[" + name + "] is forbidden.");
            return null;
        }
        Topic topic = null;
        if (name.startsWith(SystemNames.RETRY)) {
            Subscription group = destinations.group(name.substring(SystemNames.RETRY.length()), session.holder());
            topic = group == null ? null : destinations.retryTopic(group);
        } else if (!name.startsWith(SystemNames.DEAD_LETTER)) {
            String model = header.text(names.defaultTopic());
            topic = destinations.createFor(
                    name, model == null ? "" : model, (int) header.number(names.defaultQueues(), 4), session.holder());
        }
        if (topic == null) {
            refuse(session, header, ResponseCode.TOPIC_NOT_EXIST, "topic[" + name + "] not exist, and it was not created: "
                    + (settings.autoCreateTopics()
                            ? "the limit topics.max is reached, or the share of one user or address in it (share.user,"
                                    + " share.address), the disk is full, or the request names no default"
                                    + " topic."
                            : "autoCreateTopicEnable is off. Create it with updateTopic."));
        }
        return topic;
    }

    private Partition choose(RemotingSession session, RequestHeader header, Topic topic, long queueId) {
        int queues = Math.max(topic.settings().writePartitions(), topic.settings().readPartitions());
        if (queueId >= queues || topic.partition(0) == null) {
            refuse(session, header, ResponseCode.INVALID_PARAMETER, "request queueId[" + queueId + "] is illegal, topic "
                    + topic.name() + " has " + queues + " queues. Producer: " + session.remote());
            return null;
        }
        int writable = Math.max(1, topic.settings().writePartitions());
        return topic.partition(queueId >= 0 ? (int) queueId : entropy.below(writable));
    }

    private void begin(
            RemotingSession session, RequestHeader header, SendNames names, int topicField, Partition partition) {
        message.queueId = partition.number();
        message.systemFlag = (int) header.number(names.systemFlag(), 0) & ~StoredMessage.FLAG_TRANSACTION;
        message.bornTimestamp = header.number(names.bornTimestamp(), 0);
        message.flag = (int) header.number(names.flag(), 0);
        message.reconsumeTimes = (int) header.number(names.reconsumeTimes(), 0);
        message.bornHost = session.bornHost;
        message.storeHost = session.storeHost;
        message.topic = header.bytes();
        message.topicAt = header.start(topicField);
        message.topicLength = header.length(topicField);
        message.addedLength = 0;
    }

    private void single(
            RemotingSession session, RequestHeader header, SendNames names, Partition partition, ByteBuf in, int bodyAt,
            int bodyLength) {
        if (bodyLength == 0) {
            refuse(session, header, ResponseCode.MESSAGE_ILLEGAL, "the message is illegal, maybe msg body or properties"
                    + " length not matched: its body is empty. msg body length limit " + settings.messageBytesMax() + "B.");
            return;
        }
        message.body = in;
        message.bodyAt = bodyAt;
        message.bodyLength = bodyLength;
        int field = header.field(names.properties());
        message.properties = header.bytes();
        message.propertiesAt = field < 0 ? 0 : header.start(field);
        message.propertiesLength = field < 0 ? 0 : header.length(field);
        properties.read(message, broker.wallNow());
        Partition target = partition;
        if (header.bytes()[header.start(header.field(names.topic()))] == '%') {
            target = retryTarget(header, names, partition);
        } else if (properties.priority() >= 0) { // as RocketMQ 5.5 does: a queue for each priority
            int last = Math.max(1, partition.topic().settings().writePartitions()) - 1;
            target = partition.topic().partition(Math.min(properties.priority(), last));
            message.queueId = target.number();
        }
        publish(session, header, target);
    }

    /**
     * Returns the target of a message that a client sends back to a retry topic: the dead-letter topic once all attempts are
     * used up.
     */
    private Partition retryTarget(RequestHeader header, SendNames names, Partition partition) {
        String topic = partition.topic().name();
        if (!topic.startsWith(SystemNames.RETRY)) {
            return partition;
        }
        Subscription group = broker.subscription(topic.substring(SystemNames.RETRY.length()));
        if (group == null) {
            return partition;
        }
        long max = header.number(names.maxReconsumeTimes(), group.settings().retryMax());
        if (message.reconsumeTimes < max) {
            return partition;
        }
        Topic dead = destinations.deadLetterTopic(group);
        if (dead == null) {
            return partition;
        }
        byte[] name = dead.name().getBytes(StandardCharsets.UTF_8);
        message.topic = name;
        message.topicAt = 0;
        message.topicLength = name.length;
        message.queueId = 0;
        properties.delayLevel = 0;
        return dead.partition(0);
    }

    /** What a message waits for before consumers see it. */
    private enum Wait {
        NOTHING,
        LEVEL,
        TIME,
        DECISION
    }

    private void publish(RemotingSession session, RequestHeader header, Partition partition) {
        Wait wait = wait(session, header, partition);
        if (wait == null || !accepts(session, header, message.bodyLength, message.length(), 1)) {
            return;
        }
        long position = store(partition, wait);
        long offset = switch (wait) {
            case NOTHING -> broker.lastOffset(partition);
            case LEVEL -> broker.delayed().lastScheduledOffset();
            case TIME -> broker.delayed().lastOffset();
            case DECISION -> broker.transactions().lastOffset();
        };
        if (header.isOneWay()) {
            return;
        }
        ResponseWriter out = protocol.writer;
        out.beginChangeable(header.isBinary(), header.opaque());
        out.field(FieldNames.QUEUE_ID, partition.number());
        out.field(FieldNames.TRANSACTION_ID, properties.uniqueKeyText, properties.uniqueKeyAt, properties.uniqueKeyLength);
        int id = out.open(FieldNames.MESSAGE_ID);
        putMessageId(out, session, position);
        out.close(id);
        if (wait == Wait.TIME) {
            String topic = partition.topic().name();
            byte[] handle = new RecallHandle(
                    topic, settings.brokerName(), properties.dueMs, properties.uniqueKey(), offset).bytes();
            out.field(FieldNames.RECALL_HANDLE, handle, 0, handle.length);
        }
        finish(session, header, offset);
    }

    /** Returns what the message waits for and adds the properties for it; null where the request was refused. */
    private Wait wait(RemotingSession session, RequestHeader header, Partition partition) {
        // clients before 4.6.1 send the retry of a committed message as if it were prepared again
        boolean retried = message.reconsumeTimes > 0 && properties.delayLevel > 0;
        if (properties.isTransaction && !retried) {
            message.systemFlag |= StoredMessage.FLAG_COMMITTED;
            properties.addTransaction(message);
            return hasRoom(session, header, broker.transactions().hasRoom(), "transactions.max") ? Wait.DECISION : null;
        }
        if (properties.delayLevel > 0) {
            properties.addRealTarget(message, partition);
            return Wait.LEVEL;
        }
        if (properties.dueMs == 0 && properties.delayLevel == 0) {
            return Wait.NOTHING;
        }
        boolean isNumber = properties.delayLevel >= 0 && properties.dueMs >= 0;
        if (!isNumber || properties.dueMs - broker.wallNow() > settings.delayMsMax()) {
            refuse(session, header, ResponseCode.MESSAGE_ILLEGAL, "timer message illegal, the delay time should not be"
                    + " bigger than the max delay " + settings.delayMsMax() + "ms (timerMaxDelaySec), and a delay or a level"
                    + " must be a number."
                    + " Nothing was stored.");
            return null;
        }
        if (properties.dueMs <= broker.wallNow()) {
            return Wait.NOTHING;
        }
        properties.addRealTarget(message, partition);
        properties.addDue(message);
        return hasRoom(session, header, broker.delayed().hasRoom(), "delayed.max") ? Wait.TIME : null;
    }

    private boolean hasRoom(RemotingSession session, RequestHeader header, boolean hasRoom, String limit) {
        if (!hasRoom) {
            refuse(session, header, ResponseCode.SERVICE_NOT_AVAILABLE, "The limit " + limit + " of messages that wait in"
                    + " this broker is reached; nothing was stored. Send again when some have been delivered, or"
                    + " raise the limit.");
        }
        return hasRoom;
    }

    private long store(Partition partition, Wait wait) {
        return switch (wait) {
            case NOTHING -> broker.publish(partition, message, false);
            case LEVEL -> broker.delayed().publishLater(partition, message, properties.delayLevel - 1);
            case TIME -> broker.delayed().publishAt(partition, message, properties.dueMs);
            case DECISION -> broker.transactions().prepare(partition, message, broker.now()
                    + (properties.immunityMs >= 0 ? properties.immunityMs : settings.undecidedMs()));
        };
    }

    static void putMessageId(ResponseWriter out, RemotingSession session, long position) {
        out.text(session.messageIdBegin);
        out.hex(position);
    }

    /** Writes the fields with which every answer to a send ends, and parks the answer until the log has committed. */
    void finish(RemotingSession session, RequestHeader header, long offset) {
        ResponseWriter out = protocol.writer;
        out.field(FieldNames.TRACE_ON, FieldNames.TRUE);
        out.field(FieldNames.REGION, FieldNames.DEFAULT_REGION);
        out.field(FieldNames.QUEUE_OFFSET, offset);
        ByteBuf reply = session.openReply(header);
        int at = reply.writerIndex();
        out.end(reply, 0);
        session.sent(at);
    }

    /** Returns whether messages of that size may be stored now; otherwise refuses the request. */
    boolean accepts(RemotingSession session, RequestHeader header, int bodyLength, long nativeBytes, int messages) {
        int all = message.allPropertiesLength();
        if (bodyLength > settings.messageBytesMax() || all > StoredMessage.PROPERTIES_MAX || message.topicLength > 255) {
            refuse(session, header, ResponseCode.MESSAGE_ILLEGAL, "the message is illegal, maybe msg body or properties"
                    + " length not matched. msg body length limit " + settings.messageBytesMax()
                    + "B, msg properties length limit 32KB.");
            return false;
        }
        Admission admission = broker.admit(nativeBytes, messages);
        if (admission == Admission.ADMITTED) {
            return true;
        }
        refuse(session, header, ResponseCode.SERVICE_NOT_AVAILABLE, reason(admission));
        return false;
    }

    private static String reason(Admission admission) {
        return switch (admission) {
            case ADMITTED -> "";
            case DISK_FULL -> "The broker's disk is full: nothing was stored, nothing was deleted. Send again later or to"
                    + " another broker; sends are accepted as soon as there is space.";
            case FOLLOWS -> "This broker is a slave and takes no messages: nothing was stored. Send to its master, or to"
                    + " another broker.";
            case GROUP_BEHIND -> "The other nodes of the cluster are behind: nothing was stored. Send again soon.";
            case FAILED -> "The broker's disk has failed and it takes no more messages until it is restarted. Send to"
                    + " another broker.";
        };
    }

    void refuse(RemotingSession session, RequestHeader header, int code, String remark) {
        if (header.isOneWay()) {
            if (complaints.allows("one-way " + code)) {
                LOG.warn("A one-way message from {} was refused with code {}: {}", session.remote(), code, remark);
            }
            return;
        }
        ResponseWriter out = protocol.writer;
        out.begin(header.isBinary(), code, header.opaque(), remark);
        out.field(FieldNames.TRACE_ON, FieldNames.TRUE);
        out.field(FieldNames.REGION, FieldNames.DEFAULT_REGION);
        ByteBuf buffer = session.connection().buffer(512);
        out.end(buffer, 0);
        session.connection().send(buffer);
    }
}
