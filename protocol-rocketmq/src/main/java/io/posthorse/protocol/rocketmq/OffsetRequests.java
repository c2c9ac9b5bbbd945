package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TimeSearch;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Background;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads, stores and searches offsets of queues and groups: 14, 15, 29, 30, 31, 32. */
final class OffsetRequests implements RequestHandler {
    private static final int SEARCHES_MAX = 64;

    private final Shard shard;
    private final Broker broker;
    private final Background reader;
    private final TopicsAndGroups destinations;

    private final ConsumerGroups groups;
    private final OffsetResets<Subscription, Partition> resets;
    private final Quota searches;

    OffsetRequests(
            Shard shard, Background reader, TopicsAndGroups destinations, ConsumerGroups groups,
            OffsetResets<Subscription, Partition> resets,
            QuotaShares shares) {
        this.reader = reader;
        this.groups = groups;
        this.resets = resets;
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.searches = new Quota(SEARCHES_MAX, shares);
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.QUERY_CONSUMER_OFFSET, RequestCode.UPDATE_CONSUMER_OFFSET,
                    RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, RequestCode.GET_MAX_OFFSET, RequestCode.GET_MIN_OFFSET,
                    RequestCode.GET_EARLIEST_MSG_STORETIME -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic")
                    + "] not exist, apply first please! It is created with its first message or with updateTopic.");
        }
        int queue = (int) request.number("queueId", -1);
        Partition partition = topic.partition(queue);
        if (partition == null) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "queueId[" + queue + "] is illegal, topic:["
                    + topic.name() + "] has " + topic.partitions().size() + " queues");
        }
        return switch (request.code()) {
            case RequestCode.QUERY_CONSUMER_OFFSET -> query(request, partition);
            case RequestCode.UPDATE_CONSUMER_OFFSET -> update(peer, request, partition);
            case RequestCode.SEARCH_OFFSET_BY_TIMESTAMP ->
                search(peer, request, partition, request.number("timestamp", 0), found -> offset(request, found));
            case RequestCode.GET_MAX_OFFSET -> offset(request, broker.end(partition));
            case RequestCode.GET_MIN_OFFSET -> offset(request, broker.begin(partition));
            default -> search(peer, request, partition, 0, found -> request.ok(Map.of("timestamp", "" + found.timeMs())));
        };
    }

    /** Begins a search by time; answers later where it has to wait for the disk. */
    private Frame search(
            Peer peer, Frame request, Partition partition, long timeMs, Function<TimeSearch.Found, Frame> answer) {
        QuotaHolder holder = ((RemotingSession) peer).holder();
        if (!searches.take(holder)) {
            return request.refuse(ResponseCode.SYSTEM_BUSY, "too many searches by time are running; try again");
        }
        TimeSearch.begin(broker, reader, List.of(partition), timeMs, found -> {
            searches.give(holder);
            peer.answer(request, answer.apply(found.getFirst()));
        });
        return null;
    }

    private static Frame offset(Frame request, long offset) {
        return request.ok(Map.of("offset", Long.toString(offset)));
    }

    /**
     * Answers a group's offset. A group without one reads a young queue from its start. For an old queue the answer "not
     * found" makes the client begin where its own settings say. An empty queue that has never had a message is young, so
     * that a message that arrives between this answer and the first pull is not missed.
     */
    private Frame query(Frame request, Partition partition) {
        Subscription group = broker.subscription(request.require("consumerGroup"));
        long cursor = group == null ? -1 : group.cursor(partition);
        if (cursor >= 0) {
            return offset(request, cursor);
        }
        boolean zero = !"false".equals(request.field("setZeroIfNotFound"));
        if (zero && broker.begin(partition) == 0 && broker.isRecent(partition, 0)) {
            return offset(request, 0);
        }
        return request.refuse(ResponseCode.QUERY_NOT_FOUND, "Not found, V3_0_6_SNAPSHOT maybe this group consumer boot"
                + " first");
    }

    private Frame update(Peer peer, Frame request, Partition partition) {
        Subscription group = destinations.group(request.require("consumerGroup"), ((RemotingSession) peer).holder());
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "subscription group ["
                    + request.field("consumerGroup") + "] does not exist; create it with updateSubGroup");
        }
        if (group.settings().settlesOneByOne()) {
            return request.refuse(ResponseCode.NO_PERMISSION, "the group " + group.name() + " has no offsets: "
                    + TopicsAndGroups.NOT_FOR_OFFSETS);
        }
        long offset = request.number("commitOffset", -1);
        if (groups.isMember(group.name(), peer) && resets.outdates(group, partition, offset)) {
            return request.ok(Map.of()); // from before a reset
        }
        if (!shard.turn().commit(group, partition, offset)) {
            return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk is full: the offset was not"
                    + " stored. A later commit will store it.");
        }
        return request.ok(Map.of());
    }

    private Frame offset(Frame request, TimeSearch.Found found) {
        long time = request.number("timestamp", 0);
        boolean upper = "UPPER".equalsIgnoreCase(request.field("boundaryType"));
        boolean isLater = found.offset() >= broker.end(found.partition()) || found.timeMs() > time;
        return offset(request, upper && isLater
                ? Math.max(broker.begin(found.partition()), found.offset() - 1)
                : found.offset());
    }
}
