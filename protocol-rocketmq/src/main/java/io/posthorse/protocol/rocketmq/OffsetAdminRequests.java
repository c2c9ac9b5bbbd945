package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Inspection;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TimeSearch;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Resets and copies the offsets of groups, and shows them: 43, 45, 222, 308, 314. */
final class OffsetAdminRequests implements RequestHandler {
    private static final byte[] NO_BODY = {};
    private static final int CPP = 1;
    private static final int SEARCHES_MAX = 16;

    private final Shard shard;
    private final Broker broker;
    private final Inspection inspection;
    private final TopicsAndGroups destinations;
    private final ConsumerGroups groups;
    /** Number of offsets of a reset that the audit trail names. */
    private static final int NAMED_MAX = 16;

    private final OffsetResets<Subscription, Partition> resets;
    private final RemotingProtocol protocol;
    private final Quota searches;

    OffsetAdminRequests(
            RemotingProtocol protocol, TopicsAndGroups destinations, ConsumerGroups groups,
            OffsetResets<Subscription, Partition> resets) {
        this.protocol = protocol;
        this.shard = protocol.shard;
        this.broker = protocol.broker;
        this.inspection = new Inspection(broker);
        this.destinations = destinations;
        this.groups = groups;
        this.resets = resets;
        this.searches = new Quota(SEARCHES_MAX, protocol.settings.shares());
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.GET_ALL_CONSUMER_OFFSET, RequestCode.GET_ALL_DELAY_OFFSET,
                    RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, RequestCode.QUERY_CORRECTION_OFFSET,
                    RequestCode.CLONE_GROUP_OFFSET -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.GET_ALL_CONSUMER_OFFSET -> allOffsets(request);
            case RequestCode.GET_ALL_DELAY_OFFSET -> delayOffsets(request);
            case RequestCode.INVOKE_BROKER_TO_RESET_OFFSET -> reset(peer, request);
            case RequestCode.QUERY_CORRECTION_OFFSET -> correction(request);
            default -> cloneOffsets(request, ((RemotingSession) peer).holder());
        };
    }

    private Frame reset(Peer peer, Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "Topic " + request.field("topic") + " does not exist");
        }
        Subscription group = broker.subscription(request.require("group"));
        if (group == null) {
            return request.refuse(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "Group " + request.field("group") + " does not exist");
        }
        long queue = request.number("queueId", -1);
        List<Partition> chosen = queue < 0 ? topic.partitions() : one(topic, queue);
        if (chosen.isEmpty()) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "No queues to reset: topic " + topic.name() + " has "
                    + topic.partitions().size() + " queues");
        }
        long given = queue < 0 ? -1 : request.number("offset", -1);
        if (given >= 0 && (given < broker.begin(chosen.getFirst()) || given > broker.end(chosen.getFirst()))) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "Target offset " + given + " not in consume queue range ["
                    + broker.begin(chosen.getFirst()) + "-" + broker.end(chosen.getFirst()) + "]");
        }
        long timeMs = request.number("timestamp", -1);
        QuotaHolder holder = ((RemotingSession) peer).holder();
        if (given >= 0 || timeMs < 0) { // a time before 1970 stands for the end
            return move(request, holder, group, chosen.stream()
                    .map(p -> new TimeSearch.Found(p, given >= 0 ? given : broker.end(p), -1)).toList());
        }
        if (!searches.take(holder)) {
            return request.refuse(ResponseCode.SYSTEM_BUSY, "too many groups are being reset by time; try again");
        }
        TimeSearch.begin(broker, protocol.reader, chosen, timeMs, found -> {
            searches.give(holder);
            peer.answer(request, move(request, holder, group, found));
        });
        return null;
    }

    private static List<Partition> one(Topic topic, long queue) {
        Partition partition = topic.partition((int) Math.min(queue, Integer.MAX_VALUE));
        return partition == null ? List.of() : List.of(partition);
    }

    private Frame move(Frame request, QuotaHolder by, Subscription group, List<TimeSearch.Found> found) {
        Broker turn = shard.turn();
        if (group.isDeleted() || found.getFirst().partition().topic().isDeleted()) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "the group or the topic has been deleted meanwhile");
        }
        boolean force = !"false".equals(request.field("isForce"));
        Map<Partition, Long> targets = new LinkedHashMap<>();
        for (TimeSearch.Found one : found) {
            long cursor = group.cursor(one.partition());
            targets.put(one.partition(), force || cursor < 0 ? one.offset() : Math.min(one.offset(), cursor));
        }
        ConsumerGroups.Group online = groups.consumers(group.name());
        int done = 0;
        for (Map.Entry<Partition, Long> target : targets.entrySet()) {
            if (!turn.commit(group, target.getKey(), target.getValue())) {
                shard.audit().note(by, "group " + group.name() + " was reset in " + done + " queues of topic "
                        + request.field("topic") + ", not in the others: the disk is full");
                return TopicRequests.full(request);
            }
            done++;
            if (online != null) {
                resets.add(group, target.getKey(), target.getValue());
            }
        }
        shard.audit().note(by, "group " + group.name() + " was reset in topic " + request.field("topic") + ", to offsets "
                + targets.values().stream().limit(NAMED_MAX).toList() + (targets.size() > NAMED_MAX ? " and more" : ""));
        if (online != null) {
            online.members.values().forEach(m -> tell(m, request, targets));
        }
        return request.ok(table(targets));
    }

    private byte[] table(Map<Partition, Long> targets) {
        JsonWriter out = new JsonWriter().beginObject().name("offsetTable").beginObject();
        targets.forEach((partition, offset) ->
                out.key(ConsumeRequests.queue(protocol.settings, partition)).value(offset));
        return out.endObject().endObject().bytes();
    }

    /** Sends a member its new offsets; clients in C++ need a list in place of the table. */
    private void tell(ConsumerGroups.Member member, Frame request, Map<Partition, Long> targets) {
        byte[] body = table(targets);
        if (member.language() == CPP) {
            JsonWriter out = new JsonWriter().beginObject().name("offsetTable").beginArray();
            targets.forEach((partition, offset) -> out.beginObject().name("brokerName")
                    .value(protocol.settings.brokerName()).name("offset").value(offset).name("queueId")
                    .value(partition.number()).name("topic").value(partition.topic().name()).endObject());
            body = out.endArray().endObject().bytes();
        }
        Map<String, String> fields = Map.of(
                "topic", request.field("topic"), "group", request.field("group"), "isForce", "true",
                "timestamp", Long.toString(request.number("timestamp", -1)));
        member.peer().send(new Frame(
                RequestCode.RESET_CONSUMER_CLIENT_OFFSET, Frame.JAVA, Frame.VERSION, protocol.nextOpaque(),
                Frame.FLAG_ONE_WAY, null, fields, body, false));
    }

    private Frame cloneOffsets(Frame request, QuotaHolder by) {
        Subscription source = broker.subscription(request.require("srcGroup"));
        if (source == null) {
            return request.refuse(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "Group " + request.field("srcGroup") + " does not exist");
        }
        Subscription target = destinations.group(request.require("destGroup"), by);
        if (target == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "Group " + request.field("destGroup")
                    + " does not exist and could not be created; create it with updateSubGroup");
        }
        Collection<Topic> topics = clonedTopics(broker, request);
        Broker turn = shard.turn();
        int done = 0;
        for (Topic topic : topics) {
            for (Partition partition : topic.partitions()) {
                if (!turn.commit(target, partition, source.cursor(partition))) {
                    shard.audit().note(by, "group " + target.name() + " got the offsets of group " + source.name() + " in "
                            + done + " queues, not in the others: the disk is full");
                    return TopicRequests.full(request);
                }
                done++;
            }
        }
        shard.audit().note(by, "group " + target.name() + " got the offsets of group " + source.name() + " in "
                + topics.size() + " topics: " + topics.stream().map(Topic::name).limit(NAMED_MAX).toList());
        return request.ok(NO_BODY);
    }

    /** Returns the topics in which a request (314) copies offsets: the named one, or all of the source group. */
    static Collection<Topic> clonedTopics(Broker broker, Frame request) {
        Subscription source = broker.subscription(request.require("srcGroup"));
        String only = request.fields().getOrDefault("topic", "");
        return source == null
                ? List.of()
                : new Inspection(broker).topicsOf(source).values().stream()
                        .filter(topic -> only.isBlank() || only.equals(topic.name()))
                        .toList();
    }

    private Frame allOffsets(Frame request) {
        JsonWriter out = new JsonWriter().beginObject();
        version(out, broker.subscriptions().size());
        out.name("offsetTable").beginObject();
        for (Subscription group : broker.subscriptions()) {
            for (Topic topic : inspection.topicsOf(group).values()) {
                out.name(topic.name() + "@" + group.name()).beginObject();
                for (Partition partition : topic.partitions()) {
                    if (group.cursor(partition) >= 0) {
                        out.name(Integer.toString(partition.number())).value(group.cursor(partition));
                    }
                }
                out.endObject();
            }
        }
        return request.ok(out.endObject().endObject().bytes());
    }

    private Frame delayOffsets(Frame request) {
        Topic lanes = broker.topic(RocketmqSettings.INTERNAL_TOPICS.schedule());
        JsonWriter out = new JsonWriter().beginObject();
        version(out, 0);
        out.name("offsetTable").beginObject();
        for (int lane = 0; lanes != null && lane < lanes.partitions().size(); lane++) {
            if (inspection.laneDone(lane) > 0) {
                out.name(Integer.toString(lane + 1)).value(inspection.laneDone(lane));
            }
        }
        return request.ok(out.endObject().endObject().bytes());
    }

    private void version(JsonWriter out, long counter) {
        out.name("dataVersion").beginObject().name("counter").value(counter).name("stateVersion").value(0);
        out.name("timestamp").value(protocol.statistics.startMs).endObject();
    }

    /**
     * Answers, for each queue, the smallest offset of all groups except {@code filterGroups}; {@link Long#MAX_VALUE} where
     * the compared group's is smaller.
     */
    private Frame correction(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        Set<String> without = new HashSet<>(Arrays.asList(request.fields().getOrDefault("filterGroups", "").split(",")));
        Subscription compared = broker.subscription(request.fields().getOrDefault("compareGroup", ""));
        Map<Integer, Long> smallest = new TreeMap<>();
        for (Partition partition : topic == null ? List.<Partition>of() : topic.partitions()) {
            for (Subscription group : broker.subscriptions()) {
                if (group.cursor(partition) >= 0 && !without.contains(group.name())) {
                    smallest.merge(partition.number(), group.cursor(partition), Math::min);
                }
            }
            long own = compared == null ? -1 : compared.cursor(partition);
            smallest.computeIfPresent(partition.number(), (q, s) -> own >= 0 && s > own ? Long.MAX_VALUE : s);
        }
        JsonWriter out = new JsonWriter().beginObject().name("correctionOffsets").beginObject();
        smallest.forEach((queue, offset) -> out.name(Integer.toString(queue)).value(offset));
        return request.ok(out.endObject().endObject().bytes());
    }
}
