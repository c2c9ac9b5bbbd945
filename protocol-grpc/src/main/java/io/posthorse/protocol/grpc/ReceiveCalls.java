package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Leases;
import io.posthorse.broker.LentBatch;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.FilterExpression;
import io.posthorse.codec.grpc.FilterType;
import io.posthorse.codec.grpc.MessageQueue;
import io.posthorse.codec.grpc.ReceiveMessageRequest;
import io.posthorse.codec.grpc.ReceiveMessageResponse;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.Status;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.DeadLetter;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.Host;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import java.util.List;

/** The calls that lend messages: from any queue of the topic, or from each in its order where the group is ordered. */
final class ReceiveCalls {
    static final int COUNT_MAX = 32;
    static final long LEASE_MS_MAX = 12 * 3_600_000L;
    /** Duration of a renewable lease, in ms, where the consumer leaves it to the broker. */
    static final long RENEWED_MS = 60_000;
    private static final int BYTES_MAX = 2 << 20;
    private static final long LEASE_MS_MIN = 100;

    private final Shard shard;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final Filters filters;
    private final RocketmqSettings settings;
    private final LeaseRenewals renewals;
    private final OldMessages old;
    private final LentBatch lent = new LentBatch();
    private int turn;

    /**
     * The request of a consumer.
     *
     * @param queue number of one queue, or -1 for all
     * @param tags accepted tags, for comparison as texts; null where the filter decides alone
     * @param charge counts the bytes of its answer
     * @param retry attempts the call again once old messages were read from the disk
     */
    record Wanted(
            Caller caller, Subscription group, Resource topic, String topicName, int queue, TagFilter filter,
            List<String> tags, int countMax, long leaseMs, boolean isRenewed, AnswerBytes.Charge charge,
            RetriedRequest retry) {}

    ReceiveCalls(
            Shard shard, TopicsAndGroups destinations, Filters filters, RocketmqSettings settings, LeaseRenewals renewals,
            OldMessages old) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.filters = filters;
        this.settings = settings;
        this.renewals = renewals;
        this.old = old;
    }

    /** Returns the part of the request for which permission is checked while the call waits. */
    static ReceiveMessageRequest names(ReceiveMessageRequest request) {
        Resource topic = Resources.plain(request.getMessageQueue().getTopic());
        return ReceiveMessageRequest.newBuilder()
                .setGroup(Resources.plain(request.getGroup()))
                .setMessageQueue(MessageQueue.newBuilder().setTopic(topic))
                .build();
    }

    Wanted wanted(Caller caller, ReceiveMessageRequest request, AnswerBytes.Charge charge) {
        String topic = Resources.topic(request.getMessageQueue().getTopic());
        Subscription group = group(Resources.group(request.getGroup()), caller);
        readable(topic);
        boolean isRenewed = request.getAutoRenew();
        long leaseMs = isRenewed ? RENEWED_MS : Resources.ms(request.getInvisibleDuration());
        if (leaseMs < LEASE_MS_MIN || leaseMs > LEASE_MS_MAX) {
            throw new Refusal(Code.ILLEGAL_INVISIBLE_TIME, "the invisible duration is " + leaseMs + " ms; it must be "
                    + LEASE_MS_MIN + " ms to 12 h");
        }
        FilterExpression expression = request.getFilterExpression();
        return new Wanted(
                caller, group, Resources.plain(request.getMessageQueue().getTopic()), topic,
                group.settings().ordered() && isRenewed ? request.getMessageQueue().getId() : -1,
                filter(expression), tags(expression),
                Math.max(1, Math.min(COUNT_MAX, request.getBatchSize())), leaseMs, isRenewed, charge, new RetriedRequest());
    }

    Subscription group(String name, Caller caller) {
        Subscription group = destinations.group(name, caller.holder());
        if (group == null) {
            throw new Refusal(Code.CONSUMER_GROUP_NOT_FOUND, "the group " + name + " does not exist, and it was not"
                    + " created. Create it with updateSubGroup.");
        }
        if (group.settings().settlesOneByOne()) {
            throw new Refusal(Code.FORBIDDEN, "the group " + name + ": " + TopicsAndGroups.NOT_FOR_OFFSETS);
        }
        if (!group.settings().consumeEnabled()) {
            throw new Refusal(Code.FORBIDDEN, "the group " + name + " must not consume: its consumeEnable is off");
        }
        return group;
    }

    /** Refuses a topic that cannot be read; accepts one that does not exist and may still be created. */
    void readable(String name) {
        Topic topic = broker.topic(name);
        if (topic == null && destinations.settingsFor(name) == null) {
            throw new Refusal(Code.TOPIC_NOT_FOUND, "the topic " + name + " does not exist. Create it with updateTopic.");
        }
        boolean closed = topic != null && (!topic.settings().isReadable() || topic.isInternal());
        if (closed || !settings.isReadable()) {
            throw new Refusal(Code.FORBIDDEN, "the topic " + name + " is not readable: its permission or the broker's"
                    + " brokerPermission allows no reading");
        }
    }

    TagFilter filter(FilterExpression expression) {
        String type = expression.getType() == FilterType.SQL ? "SQL92" : "TAG";
        Filters.Choice choice = filters.of(type, expression.getExpression());
        if (choice.filter() == null) {
            throw new Refusal(
                    choice.code() == ResponseCode.SUBSCRIPTION_PARSE_FAILED
                            ? Code.ILLEGAL_FILTER_EXPRESSION
                            : Code.UNSUPPORTED,
                    choice.remark());
        }
        return choice.filter();
    }

    private static List<String> tags(FilterExpression expression) {
        String text = expression.getExpression().trim();
        if (expression.getType() == FilterType.SQL || text.isEmpty() || text.equals("*")) {
            return null;
        }
        return List.of(text.split("\\|\\|")).stream().map(String::trim).filter(t -> !t.isEmpty()).toList();
    }

    List<Partition> partitions(Wanted wanted) {
        Topic topic = broker.topic(wanted.topicName);
        if (topic == null) {
            return List.of();
        }
        Partition one = topic.partition(wanted.queue);
        return one == null ? topic.partitions() : List.of(one);
    }

    /** Returns whether the client has read its earlier answers. */
    boolean hasRoom(Wanted wanted) {
        return wanted.charge.hasRoom(BYTES_MAX);
    }

    /** Lends the available messages. */
    LentMessages lend(Wanted wanted) {
        Broker now = shard.turn();
        long receipt = now.now();
        LentMessages found = new LentMessages(wanted, receipt);
        wanted.retry.soon(false);
        if (!wanted.charge.hasRoom(BYTES_MAX)) {
            return found; // nothing is lent to a client that does not read
        }
        List<Partition> partitions = partitions(wanted);
        int from = partitions.isEmpty() ? 0 : Math.floorMod(turn++, partitions.size());
        for (int i = 0; i < partitions.size() && found.count() < wanted.countMax && found.bytes() < BYTES_MAX; i++) {
            Partition partition = partitions.get((from + i) % partitions.size());
            Leases.Request request = new Leases.Request(
                    wanted.group, partition, wanted.countMax - found.count(), BYTES_MAX - found.bytes(), wanted.leaseMs,
                    receipt, wanted.group.settings().ordered(), wanted.filter,
                    (group, of, offset, deliveries) -> bury(wanted.caller, group, of, offset, deliveries));
            if (!now.leases().begin(wanted.group, partition, start(partition)) || !now.leases().lend(request, lent)) {
                break; // the disk is full: nothing can be lent
            }
            wanted.retry.soon(found.count() == 0 && (lent.hasMovedOn() || i > 0 && wanted.retry.isSoon()));
            if (lent.missing() != null && found.count() == 0) {
                if (!wanted.retry.isReading()) {
                    old.read(lent.missing(), wanted.retry);
                }
                break;
            }
            if (lent.count() > 0) {
                found.add(partition, lent);
                if (wanted.isRenewed) {
                    renewals.add(wanted.caller, wanted.group, partition, lent, receipt);
                }
            }
        }
        wanted.charge.add(found.bytes());
        return found;
    }

    /** Returns the first offset of a new group: a young queue's start, an old queue's end. */
    private long start(Partition partition) {
        boolean isYoung = broker.begin(partition) == 0 && broker.isRecent(partition, 0);
        return isYoung ? 0 : broker.end(partition);
    }

    boolean bury(Caller caller, Subscription group, Partition from, long offset, int deliveries) {
        Topic dead = destinations.deadLetterTopic(group);
        Host here = Host.of(caller.local().getAddress(), settings.port());
        DeadLetter letter = dead == null ? null : DeadLetter.of(broker, here, from, offset, deliveries, dead);
        return letter != null && broker.leases().bury(group, from, offset, dead.partition(0), letter.message());
    }

    static ReceiveMessageResponse status(Status status) {
        return ReceiveMessageResponse.newBuilder().setStatus(status).build();
    }

    static ReceiveMessageResponse nothing() {
        return status(Refusal.status(Code.MESSAGE_NOT_FOUND, "there is no message"));
    }
}
