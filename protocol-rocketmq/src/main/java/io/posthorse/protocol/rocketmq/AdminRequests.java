package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Requests of administration tools that the clients' own work rests on: 17, 200, 202, 208, 300. */
final class AdminRequests implements RequestHandler {
    private static final byte[] NO_BODY = {};

    private final Shard shard;
    private final Broker broker;
    private final Destinations destinations;
    private final ConsumerGroups groups;
    private final RocketmqSettings settings;

    AdminRequests(Shard shard, Destinations destinations, ConsumerGroups groups, RocketmqSettings settings) {
        this.shard = shard;
        this.broker = shard.broker();
        this.destinations = destinations;
        this.groups = groups;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case RequestCode.UPDATE_AND_CREATE_TOPIC, RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
                    RequestCode.GET_TOPIC_STATS_INFO, RequestCode.GET_CONSUME_STATS,
                    RequestCode.QUERY_TOPIC_CONSUME_BY_WHO -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return switch (request.code()) {
            case RequestCode.UPDATE_AND_CREATE_TOPIC -> updateTopic(request);
            case RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP -> updateGroup(request);
            case RequestCode.GET_TOPIC_STATS_INFO -> topicStats(request);
            case RequestCode.GET_CONSUME_STATS -> consumeStats(request);
            default -> consumers(request);
        };
    }

    private Frame updateTopic(Frame request) {
        String name = request.require("topic");
        String problem = Destinations.topicProblem(name);
        int read = (int) request.number("readQueueNums", 8);
        int write = (int) request.number("writeQueueNums", 8);
        if (problem == null && (read < 0 || write < 0 || Math.max(read, write) > broker.partitionsMax())) {
            problem = "a topic may have 0 to " + broker.partitionsMax() + " queues, not " + read + " and " + write;
        }
        if (problem != null || Destinations.isForbidden(name)) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, problem != null
                    ? problem
                    : "The topic[" + name + "] is conflict with system topic.");
        }
        if (broker.topic(name) == null && !broker.hasRoomForTopic()) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "the topic was not created: the limit topics.max is reached");
        }
        TopicSettings wanted = new TopicSettings(
                read, write, (int) request.number("perm", TopicSettings.READ | TopicSettings.WRITE),
                "true".equals(request.field("order")), new TreeMap<>());
        return shard.turn().createOrUpdate(name, wanted) == null ? full(request) : request.ok(NO_BODY);
    }

    private static Frame full(Frame request) {
        return request.refuse(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker's disk is full or has failed; nothing was"
                + " changed. Try again when there is space.");
    }

    private Frame updateGroup(Frame request) {
        JsonValue.Obj body = JsonReader.read(request.body()).asObject();
        String name = body.text("groupName", "");
        String problem = Destinations.groupProblem(name);
        if (problem != null) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, problem);
        }
        int retryQueues = body.integer("retryQueueNums", SubscriptionSettings.STANDARD.retryPartitions());
        if (retryQueues > broker.partitionsMax()) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "a topic may have " + broker.partitionsMax()
                    + " queues, so a group may not have " + retryQueues + " retry queues");
        }
        if (broker.subscription(name) == null && !broker.hasRoomForSubscription()) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "the group was not created: the limit groups.max is reached");
        }
        SubscriptionSettings standard = SubscriptionSettings.STANDARD;
        SubscriptionSettings wanted = new SubscriptionSettings(
                body.bool("consumeEnable", true),
                body.bool("consumeBroadcastEnable", true),
                body.bool("consumeFromMinEnable", true),
                body.bool("consumeMessageOrderly", false),
                retryQueues,
                body.integer("retryMaxTimes", standard.retryMax()),
                body.bool("notifyConsumerIdsChangedEnable", true));
        Subscription group = shard.turn().createOrUpdate(name, wanted);
        if (group == null) {
            return full(request);
        }
        destinations.retryTopic(group);
        return request.ok(NO_BODY);
    }

    private Frame topicStats(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic") + "] not exist");
        }
        JsonWriter out = new JsonWriter().beginObject().name("offsetTable").beginObject();
        for (Partition partition : topic.partitions()) {
            long end = broker.end(partition);
            out.key(queue(partition)).beginObject();
            out.name("lastUpdateTimestamp").value(Math.max(0, broker.timeAt(partition, end - 1)));
            out.name("maxOffset").value(end).name("minOffset").value(broker.begin(partition)).endObject();
        }
        return request.ok(out.endObject().name("topicPutTps").value(0.0).endObject().bytes());
    }

    private JsonValue queue(Partition partition) {
        return new JsonValue.Obj(List.of(
                new JsonValue.Member(new JsonValue.Text("brokerName"), new JsonValue.Text(settings.brokerName())),
                new JsonValue.Member(new JsonValue.Text("queueId"), JsonValue.Num.of(partition.number())),
                new JsonValue.Member(new JsonValue.Text("topic"), new JsonValue.Text(partition.topic().name()))));
    }

    private Frame consumeStats(Frame request) {
        String name = request.require("consumerGroup");
        Subscription group = broker.subscription(name);
        String only = request.fields().getOrDefault("topic", "");
        JsonWriter out = new JsonWriter().beginObject().name("consumeTps").value(0.0).name("offsetTable").beginObject();
        for (Topic topic : broker.topics()) {
            if (group != null && (only.isEmpty() ? group.knows(topic) : only.equals(topic.name()))) {
                topic.partitions().forEach(p -> lag(out, group, p));
            }
        }
        return request.ok(out.endObject().endObject().bytes());
    }

    private void lag(JsonWriter out, Subscription group, Partition partition) {
        long cursor = Math.max(0, group.cursor(partition));
        out.key(queue(partition)).beginObject().name("brokerOffset").value(broker.end(partition));
        out.name("consumerOffset").value(cursor);
        out.name("lastTimestamp").value(Math.max(0, broker.timeAt(partition, cursor - 1)));
        out.name("pullOffset").value(cursor).endObject();
    }

    private Frame consumers(Frame request) {
        String name = request.require("topic");
        TreeSet<String> found = new TreeSet<>();
        groups.allConsumers().forEach(e -> {
            if (e.getValue().interests.containsKey(name)) {
                found.add(e.getKey());
            }
        });
        Topic topic = broker.topic(name);
        if (topic != null) {
            broker.subscriptions().stream().filter(s -> s.knows(topic)).forEach(s -> found.add(s.name()));
        }
        JsonWriter out = new JsonWriter().beginObject().name("groupList").beginArray();
        found.forEach(out::value);
        return request.ok(out.endArray().endObject().bytes());
    }
}
