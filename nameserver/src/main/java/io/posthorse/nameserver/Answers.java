package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.JsonWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The bodies of the name server's answers, as strict JSON, which RocketMQ's clients of every version read. */
final class Answers {
    private Answers() {}

    /** Writes the brokers that host a topic; {@code orderConf} is left out where it is null. */
    static byte[] route(List<HostedTopic> hosts, String orderConf) {
        JsonWriter json = new JsonWriter().beginObject();
        json.name("brokerDatas").beginArray();
        hosts.forEach(host -> broker(json, host.broker()));
        json.endArray();
        json.name("filterServerTable").beginObject().endObject();
        if (orderConf != null) {
            json.name("orderTopicConf").value(orderConf);
        }
        json.name("queueDatas").beginArray();
        for (HostedTopic host : hosts) {
            json.beginObject();
            json.name("brokerName").value(host.broker().name());
            json.name("perm").value(host.topic().perm());
            json.name("readQueueNums").value(host.topic().readQueues());
            json.name("topicSysFlag").value(host.topic().sysFlag());
            json.name("writeQueueNums").value(host.topic().writeQueues());
            json.endObject();
        }
        return json.endArray().endObject().bytes();
    }

    /** Writes all brokers by name, and their names by cluster. */
    static byte[] cluster(List<BrokerRoute> brokers) {
        JsonWriter json = new JsonWriter().beginObject();
        json.name("brokerAddrTable").beginObject();
        for (BrokerRoute route : brokers) {
            broker(json.name(route.name()), route);
        }
        json.endObject();
        json.name("clusterAddrTable").beginObject();
        Map<String, List<BrokerRoute>> clusters = new TreeMap<>();
        for (BrokerRoute route : brokers) {
            clusters.computeIfAbsent(route.cluster(), absent -> new ArrayList<>()).add(route);
        }
        clusters.forEach((cluster, members) -> {
            json.name(cluster).beginArray();
            members.forEach(member -> json.value(member.name()));
            json.endArray();
        });
        return json.endObject().endObject().bytes();
    }

    private static void broker(JsonWriter json, BrokerRoute route) {
        json.beginObject();
        json.name("brokerAddrs").beginObject();
        route.addresses().forEach((id, address) -> json.name(Long.toString(id)).value(address));
        json.endObject();
        json.name("brokerName").value(route.name());
        json.name("cluster").value(route.cluster());
        json.name("enableActingMaster").value(route.actingMaster());
        json.endObject();
    }

    /** Writes a list of topic names; {@code brokerAddress} is left out where it is null. */
    static byte[] topics(Collection<String> topics, String brokerAddress) {
        JsonWriter json = new JsonWriter().beginObject();
        if (brokerAddress != null) {
            json.name("brokerAddr").value(brokerAddress);
        }
        json.name("topicList").beginArray();
        topics.forEach(json::value);
        return json.endArray().endObject().bytes();
    }

    static byte[] table(Map<String, String> entries) {
        JsonWriter json = new JsonWriter().beginObject().name("table").beginObject();
        entries.forEach((key, value) -> json.name(key).value(value));
        return json.endObject().endObject().bytes();
    }

    /** Writes settings as properties text, one per line. */
    static String properties(Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(settings).forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }
}
