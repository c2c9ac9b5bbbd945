package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.ResidentRecords;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.TreeSet;

/** Shows the offsets of a topic (202) and the groups that read it (300). */
final class AdminRequests implements RequestHandler {
    private final Broker broker;
    private final OnlineClients online;
    private final Statistics statistics;
    private final RocketmqSettings settings;

    AdminRequests(Broker broker, OnlineClients online, Statistics statistics, RocketmqSettings settings) {
        this.broker = broker;
        this.online = online;
        this.statistics = statistics;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.GET_TOPIC_STATS_INFO || code == RequestCode.QUERY_TOPIC_CONSUME_BY_WHO;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return request.code() == RequestCode.GET_TOPIC_STATS_INFO ? topicStats(request) : consumers(request);
    }

    private Frame topicStats(Frame request) {
        Topic topic = broker.topic(request.require("topic"));
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic") + "] not exist");
        }
        JsonWriter out = new JsonWriter().beginObject().name("offsetTable").beginObject();
        ResidentRecords.Times times = broker.resident().times();
        for (Partition partition : topic.partitions()) {
            long end = broker.end(partition);
            out.key(ConsumeRequests.queue(settings, partition)).beginObject();
            out.name("lastUpdateTimestamp").value(Math.max(0, times.at(partition, end - 1)));
            out.name("maxOffset").value(end).name("minOffset").value(broker.begin(partition)).endObject();
        }
        times.require();
        out.endObject().name("topicPutTps").value(statistics.putsPerSecond(topic));
        return request.ok(out.endObject().bytes());
    }

    private Frame consumers(Frame request) {
        String name = request.require("topic");
        TreeSet<String> found = new TreeSet<>();
        online.consumers().forEach((group, members) -> {
            if (members.reads(name)) {
                found.add(group);
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
