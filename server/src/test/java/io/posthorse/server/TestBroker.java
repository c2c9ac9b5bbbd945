package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A real server on free ports and a directory of the test, with clients that are closed with it. */
final class TestBroker implements AutoCloseable {
    static final int SEND = 10;
    static final int PULL = 11;
    static final int SEND_SHORT = 310;
    static final int SEND_BATCH = 320;
    static final String NAME = "broker-a";

    private final Server server;
    private final List<RawClient> clients = new ArrayList<>();

    private TestBroker(Server server) {
        this.server = server;
    }

    static TestBroker start(Path directory, String... sets) {
        List<String> all = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpcServerPort=0", "openwire.port=0",
                "storePathRootDir=" + directory, "brokerName=" + NAME,
                "mappedFileSizeCommitLog=16777216"));
        all.addAll(List.of(sets));
        try {
            ConfigSources sources = new ConfigSources(null, null, Map.of(), all, "host");
            return new TestBroker(Server.start(ConfigLoader.load(sources)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient client() {
        return client(false);
    }

    RawClient client(boolean binary) {
        RawClient client = new RawClient(server.brokerPort(), binary);
        clients.add(client);
        return client;
    }

    Server server() {
        return server;
    }

    /** Creates a topic with a number of queues. */
    void topic(String name, int queues, int permissions) {
        try (RawClient client = new RawClient(server.brokerPort(), false)) {
            Frame answer = client.ask(17, Map.of(
                    "topic", name, "defaultTopic", "TBW102", "readQueueNums", "" + queues,
                    "writeQueueNums", "" + queues,
                    "perm", "" + permissions, "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
            assertEquals(0, answer.code(), answer.remark());
        }
    }

    void topic(String name, int queues) {
        topic(name, queues, 6);
    }

    /** Returns the fields of a send in the short form (310, 320). */
    static Map<String, String> shortSend(String topic, int queue, String properties) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "Producers");
        fields.put("b", topic);
        fields.put("c", "TBW102");
        fields.put("d", "4");
        fields.put("e", "" + queue);
        fields.put("f", "0");
        fields.put("g", "1700000000000");
        fields.put("h", "7");
        fields.put("i", properties);
        fields.put("j", "0");
        fields.put("k", "false");
        fields.put("m", "false");
        return fields;
    }

    /** Returns the fields of a send in the long form (10). */
    static Map<String, String> longSend(String topic, int queue, String properties) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("producerGroup", "Producers");
        fields.put("topic", topic);
        fields.put("defaultTopic", "TBW102");
        fields.put("defaultTopicQueueNums", "4");
        fields.put("queueId", "" + queue);
        fields.put("sysFlag", "0");
        fields.put("bornTimestamp", "1700000000000");
        fields.put("flag", "7");
        fields.put("properties", properties);
        fields.put("reconsumeTimes", "0");
        fields.put("batch", "false");
        return fields;
    }

    /** Returns the fields of a pull with its own subscription, without a commit, held for {@code suspendMs}. */
    static Map<String, String> pull(String group, String topic, int queue, long offset, String tags, long suspendMs) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("consumerGroup", group);
        fields.put("topic", topic);
        fields.put("queueId", "" + queue);
        fields.put("queueOffset", "" + offset);
        fields.put("maxMsgNums", "32");
        fields.put("sysFlag", suspendMs > 0 ? "6" : "4");
        fields.put("commitOffset", "0");
        fields.put("suspendTimeoutMillis", "" + suspendMs);
        fields.put("subscription", tags);
        fields.put("subVersion", "1");
        fields.put("expressionType", "TAG");
        return fields;
    }

    /** Returns the body of a heartbeat of one consumer group with one subscription. */
    static byte[] heartbeat(String clientId, String group, String topic, String tags, long version) {
        return text("{\"clientID\":\"" + clientId + "\",\"producerDataSet\":[{\"groupName\":\"P" + group + "\"}],"
                + "\"consumerDataSet\":[{\"groupName\":\"" + group + "\",\"consumeType\":\"CONSUME_PASSIVELY\","
                + "\"messageModel\":\"CLUSTERING\",\"consumeFromWhere\":\"CONSUME_FROM_LAST_OFFSET\","
                + "\"subscriptionDataSet\":[{\"topic\":\"" + topic + "\",\"subString\":\"" + tags
                + "\",\"subVersion\":" + version + ",\"expressionType\":\"TAG\"}],\"unitMode\":false}]}");
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sends a message that must be accepted, on a new connection, which also shows that the event loop works. */
    Frame sent(String topic, int queue, String properties, String body) {
        try (RawClient client = new RawClient(server.brokerPort(), false)) {
            Frame answer = client.ask(SEND_SHORT, shortSend(topic, queue, properties), text(body));
            assertEquals(0, answer.code(), answer.remark());
            return answer;
        }
    }

    /** Returns the messages in a queue from an offset on. */
    List<Stored> read(String topic, int queue, long offset) {
        try (RawClient client = new RawClient(server.brokerPort(), false)) {
            return Stored.all(client.ask(PULL, pull("Readers", topic, queue, offset, "*", 0), NO_BODY).body());
        }
    }

    long end(String topic, int queue) {
        try (RawClient client = new RawClient(server.brokerPort(), false)) {
            return client.ask(30, Map.of("topic", topic, "queueId", "" + queue)).number("offset", -1);
        }
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
