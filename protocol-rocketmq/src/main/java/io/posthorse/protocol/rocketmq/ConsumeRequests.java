package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.IndexEntry;
import io.posthorse.broker.Inspection;
import io.posthorse.broker.Partition;
import io.posthorse.broker.ResidentRecords;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Shows how far groups have read (208, 303, 317) and the index entries of a queue (321). */
final class ConsumeRequests implements RequestHandler {
    private static final int ENTRIES_MAX = 1_000;
    private static final int STATS_ROWS_MAX = 60_000;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'#'HH:mm:ss:SSS");

    private final Broker broker;
    private final Inspection inspection;
    private final OnlineClients online;
    private final Filters filters;
    private final Statistics statistics;
    private final RocketmqSettings settings;

    ConsumeRequests(
            Broker broker, OnlineClients online, Filters filters, Statistics statistics, RocketmqSettings settings) {
        this.broker = broker;
        this.inspection = new Inspection(broker);
        this.online = online;
        this.filters = filters;
        this.statistics = statistics;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.GET_CONSUME_STATS, RequestCode.QUERY_CONSUME_TIME_SPAN,
                    RequestCode.GET_BROKER_CONSUME_STATS, RequestCode.QUERY_CONSUME_QUEUE -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.GET_CONSUME_STATS -> consumeStats(request);
            case RequestCode.QUERY_CONSUME_TIME_SPAN -> timeSpan(request);
            case RequestCode.GET_BROKER_CONSUME_STATS -> allStats(peer, request);
            default -> entries(request);
        };
    }

    /** Returns the key of a queue in tables by queue. */
    static JsonValue queue(RocketmqSettings settings, Partition partition) {
        return new JsonValue.Obj(List.of(
                new JsonValue.Member(new JsonValue.Text("brokerName"), new JsonValue.Text(settings.brokerName())),
                new JsonValue.Member(new JsonValue.Text("queueId"), JsonValue.Num.of(partition.number())),
                new JsonValue.Member(new JsonValue.Text("topic"), new JsonValue.Text(partition.topic().name()))));
    }

    /** Returns the topics in which a group has offsets, without those that its members no longer subscribe to. */
    private Collection<Topic> topics(Subscription group) {
        OnlineClients.Group members = online.consumers(group.name());
        Set<String> read = members == null ? Set.of() : members.interests().keySet();
        TreeMap<String, Topic> found = new TreeMap<>(inspection.topicsOf(group));
        if (!read.isEmpty()) {
            found.keySet().retainAll(read);
        }
        return found.values();
    }

    private Frame consumeStats(Frame request) {
        Subscription group = broker.subscription(request.require("consumerGroup"));
        JsonWriter out = new JsonWriter();
        ResidentRecords.Times times = broker.resident().times();
        stats(out, group, group == null ? List.of() : asked(request, group), times);
        times.require();
        return request.ok(out.bytes());
    }

    /** Returns the topics that a request for a group's statistics (208) is limited to; none stands for all of the group. */
    static List<String> askedTopics(Frame request) {
        String list = request.fields().getOrDefault("topicList", "");
        String names = list.isBlank() ? request.fields().getOrDefault("topic", "") : list;
        return names.isBlank() ? List.of() : List.of(names.split(";"));
    }

    private Collection<Topic> asked(Frame request, Subscription group) {
        List<String> names = askedTopics(request);
        if (names.isEmpty()) {
            return topics(group);
        }
        TreeMap<String, Topic> found = new TreeMap<>();
        for (String name : names) {
            if (broker.topic(name) != null) {
                found.put(name, broker.topic(name));
            }
        }
        return found.values();
    }

    private long stats(JsonWriter out, Subscription group, Collection<Topic> topics, ResidentRecords.Times times) {
        double perSecond = 0;
        long behind = 0;
        out.beginObject().name("offsetTable").beginObject();
        for (Topic topic : topics) {
            perSecond += statistics.deliveredPerSecond(group, topic);
            for (Partition partition : topic.partitions()) {
                long cursor = Math.max(0, group.cursor(partition));
                long end = broker.end(partition);
                behind += Math.max(0, end - cursor);
                out.key(queue(settings, partition)).beginObject().name("brokerOffset").value(end);
                out.name("consumerOffset").value(cursor);
                out.name("lastTimestamp").value(Math.max(0, times.at(partition, cursor - 1)));
                out.name("pullOffset").value(cursor).endObject();
            }
        }
        out.endObject().name("consumeTps").value(perSecond).endObject();
        return behind;
    }

    private Frame allStats(Peer peer, Frame request) {
        boolean orderedOnly = "true".equals(request.fields().getOrDefault("isOrder", request.field("order")));
        JsonWriter out = new JsonWriter().beginObject();
        out.name("brokerAddr").value(Addresses.route(settings, peer.local()));
        out.name("consumeStatsList").beginArray();
        ResidentRecords.Times times = broker.resident().times();
        long behind = 0;
        int rows = 0;
        for (Subscription group : broker.subscriptions()) {
            out.beginObject().name(group.name()).beginArray();
            for (Topic topic : topics(group)) {
                if (!orderedOnly || topic.settings().ordered()) {
                    behind += stats(out, group, List.of(topic), times);
                    rows += topic.partitions().size();
                }
            }
            out.endArray().endObject();
            if (rows > STATS_ROWS_MAX) {
                return request.refuse(ResponseCode.SYSTEM_ERROR, "the groups of this broker read more than "
                        + STATS_ROWS_MAX + " queues, too many for one answer: ask group by group (consumerProgress -g)");
            }
        }
        times.require();
        out.endArray().name("totalDiff").value(behind).name("totalInflightDiff").value(0);
        return request.ok(out.endObject().bytes());
    }

    private Frame timeSpan(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic") + "] not exist");
        }
        Subscription group = broker.subscription(request.require("group"));
        JsonWriter out = new JsonWriter().beginObject().name("consumeTimeSpanSet").beginArray();
        ResidentRecords.Times times = broker.resident().times();
        for (Partition partition : topic.partitions()) {
            span(out, partition, group == null ? 0 : Math.max(0, group.cursor(partition)), times);
        }
        times.require();
        return request.ok(out.endArray().endObject().bytes());
    }

    private void span(JsonWriter out, Partition partition, long cursor, ResidentRecords.Times times) {
        long oldest = times.at(partition, broker.begin(partition));
        long consumed = cursor > 0 ? times.at(partition, cursor - 1) : oldest;
        out.beginObject();
        time(out, "consumeTimeStamp", consumed);
        long next = times.at(partition, Math.max(cursor, broker.begin(partition)));
        out.name("delayTime").value(next < 0 ? 0 : Math.max(0, statistics.nowMs() - next));
        time(out, "maxTimeStamp", times.at(partition, broker.end(partition) - 1));
        out.name("messageQueue").value(queue(settings, partition));
        time(out, "minTimeStamp", oldest);
        out.endObject();
    }

    private static void time(JsonWriter out, String name, long ms) {
        out.name(name).value(ms).name(name + "Str");
        out.value(TIME.format(Instant.ofEpochMilli(Math.max(0, ms)).atZone(ZoneId.systemDefault())));
    }

    private Frame entries(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        Partition partition = topic == null ? null : topic.partition((int) request.number("queueId", -1));
        if (partition == null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR,
                    request.field("queueId") + "@" + request.field("topic") + " is not exist!");
        }
        JsonWriter out = new JsonWriter().beginObject();
        String group = request.fields().getOrDefault("consumerGroup", "");
        OnlineClients.Group members = group.isEmpty() ? null : online.consumers(group);
        OnlineClients.Interest interest = members == null ? null : members.interests().get(topic.name());
        TagFilter filter = interest == null ? null : filters.of(interest.type(), interest.expression()).filter();
        if (!group.isEmpty()) {
            out.name("filterData").value(interest != null ? "null" : group + "@" + topic.name() + " is not online!");
        }
        out.name("maxQueueIndex").value(broker.end(partition)).name("minQueueIndex").value(broker.begin(partition));
        long from = Math.max(broker.begin(partition), request.number("index", 0));
        long to = Math.min(broker.end(partition), from + Math.min(ENTRIES_MAX, request.number("count", 10)));
        out.name("queueData").beginArray();
        for (long offset = from; offset < to; offset++) {
            IndexEntry entry = inspection.entryAt(partition, offset);
            if (entry != null) {
                out.beginObject().name("eval").value(filter != null && filter.matches(entry.tag()));
                out.name("physicOffset").value(entry.position()).name("physicSize").value(entry.length());
                out.name("tagsCode").value(entry.tag()).endObject();
            }
        }
        out.endArray();
        if (interest != null) {
            ConsumerGroups.Interest.write(out.name("subscriptionData"), interest);
        }
        return request.ok(out.endObject().bytes());
    }
}
