package io.posthorse.nameserver;

import static io.posthorse.nameserver.Requests.comparable;
import static io.posthorse.nameserver.Requests.goldenBody;
import static io.posthorse.nameserver.Requests.json;
import static io.posthorse.nameserver.Requests.register;
import static io.posthorse.nameserver.Requests.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class NameServerTest {
    private static final NameServerLimits LIMITS = new NameServerLimits(3, 2, 400, 500, 2, 1_000, 255, 20, 1 << 20);
    private final FakePeer client = new FakePeer("127.0.0.1", 1);
    private final FakeBroker broker = new FakeBroker("TestBrokerName_1", 19_996);
    private final NameServer server = serverOf(List.of(broker), KvStore.NONE);

    private static NameServer serverOf(List<LocalBroker> locals, KvStore store) {
        return new NameServer(() -> 1_000, locals, store, Map.of("listenPort", "9876", "a", "b"), LIMITS);
    }

    @Test
    void routeEqualsRocketMqsInStrictJson() {
        broker.topics.put("GoldenTopic", new TopicRoute(2, 2, 6, 0));

        Frame answer = server.handle(client, request(105, "topic", "GoldenTopic"));

        String strict = new String(goldenBody("105_route_497"), StandardCharsets.UTF_8).strip();
        assertEquals(ResponseCode.SUCCESS, answer.code());
        assertEquals(strict, new String(answer.body(), StandardCharsets.UTF_8));
        assertEquals(comparable(json(goldenBody("105_route_440"))), comparable(json(answer.body())));
    }

    @Test
    void clientsGetTheHostTheyConnectedTo() {
        broker.topics.put("T", new TopicRoute(2, 2, 6, 0));

        Frame answer = server.handle(new FakePeer("203.0.113.7", 2), request(105, "topic", "T"));

        assertTrue(text(answer).contains("\"0\":\"203.0.113.7:19996\""));
    }

    @Test
    void missingTopicIsRefusedWithAdvice() {
        Frame answer = server.handle(client, request(105, "topic", "NoSuchTopic"));
        Frame alone = serverOf(List.of(), KvStore.NONE).handle(client, request(105, "topic", "NoSuchTopic"));

        assertEquals(ResponseCode.TOPIC_NOT_EXIST, answer.code());
        assertTrue(answer.remark().startsWith("No topic route info in name server for the topic: NoSuchTopic"));
        assertTrue(answer.remark().contains("mqadmin updateTopic -c DefaultCluster -t NoSuchTopic"));
        assertEquals(ResponseCode.TOPIC_NOT_EXIST, alone.code());
        assertTrue(alone.remark().contains("No broker is registered here"));
        assertThrows(MalformedFrameException.class, () -> server.handle(client, request(105)));
    }

    @Test
    void refusalDoesNotRepeatAnOverlongName() {
        Frame answer = server.handle(client, request(105, "topic", "t".repeat(100_000)));

        assertEquals(ResponseCode.TOPIC_NOT_EXIST, answer.code());
        assertEquals("no topic can have a name of 100000 characters", answer.remark());
    }

    @Test
    void localAndRemoteBrokersOfATopicAreMerged() {
        broker.topics.put("T", new TopicRoute(2, 2, 6, 0));
        server.handle(new FakePeer("h", 2), register("remote", 0, "10.0.0.2:10911", "T", "U"));
        server.handle(new FakePeer("h", 3), register("remote", 1, "10.0.0.3:10911", "T", "U"));

        Obj route = json(server.handle(client, request(105, "topic", "T")).body());

        assertEquals(2, route.array("queueDatas").size());
        Obj remote = route.array("brokerDatas").get(1).asObject();
        assertEquals("10.0.0.2:10911", remote.object("brokerAddrs").text("0", null));
        assertEquals("10.0.0.3:10911", remote.object("brokerAddrs").text("1", null));
        assertEquals(1, json(server.handle(client, request(105, "topic", "U")).body()).array("brokerDatas").size());
    }

    @Test
    void clusterInfoEqualsRocketMqs() {
        server.handle(new FakePeer("h", 2), register("TestBrokerName_2", 0, "127.0.0.1:20016"));
        server.handle(new FakePeer("h", 3), register("TestBrokerName_3", 0, "127.0.0.1:20036"));

        Frame answer = server.handle(client, request(106));

        assertEquals(comparable(json(goldenBody("106_clusterInfo"))), comparable(json(answer.body())));
        assertTrue(text(answer).contains("{\"0\":\"127.0.0.1:20036\"}"));
    }

    @Test
    void topicListsEqualRocketMqs() {
        List<String> topics = json(goldenBody("206_topicList")).array("topicList").stream()
                .map(name -> ((JsonValue.Text) name).value())
                .toList();
        for (String topic : topics.subList(0, 50)) {
            broker.topics.put(topic, new TopicRoute(1, 1, 6, 0));
        }
        server.handle(client, register("remote", 0, "r:1", topics.subList(40, topics.size()).toArray(String[]::new)));

        Frame all = server.handle(client, request(206));
        Frame ofCluster = server.handle(client, request(224, "cluster", "DefaultCluster"));
        Frame ofOther = server.handle(client, request(224, "cluster", "other"));

        assertEquals(comparable(json(goldenBody("206_topicList"))), comparable(json(all.body())));
        assertEquals(text(all), text(ofCluster));
        assertEquals("{\"topicList\":[]}", text(ofOther));
    }

    @Test
    void listThatExceedsAFrameIsRefused() {
        for (int i = 0; i < 65_000; i++) {
            broker.topics.put("t".repeat(250) + i, new TopicRoute(1, 1, 6, 0));
        }

        Frame answer = server.handle(client, request(206));

        assertEquals(ResponseCode.SYSTEM_ERROR, answer.code());
        assertTrue(answer.remark().contains("fit into a frame"));
    }

    @Test
    void systemTopicsAreBrokerAndClusterNames() {
        server.handle(new FakePeer("h", 2), register("TestBrokerName_2", 0, "127.0.0.1:20016"));
        server.handle(new FakePeer("h", 3), register("TestBrokerName_3", 0, "127.0.0.1:20036"));

        Obj answer = json(server.handle(client, request(304)).body());

        Obj golden = json(goldenBody("304_systemTopicsNs"));
        assertEquals(
                comparable(new JsonValue.Array(golden.array("topicList"))),
                comparable(new JsonValue.Array(answer.array("topicList"))));
        assertEquals("127.0.0.1:19996", answer.text("brokerAddr", null));
    }

    @Test
    void settingsAreShownAsPropertiesAndCannotBeChanged() throws IOException {
        Properties golden = new Properties();
        golden.load(new StringReader(new String(goldenBody("319_nsConfig"), StandardCharsets.UTF_8)));
        Properties ours = new Properties();
        ours.load(new StringReader(text(server.handle(client, request(319)))));

        assertTrue(golden.keySet().contains("listenPort"));
        assertEquals(Map.of("listenPort", "9876", "a", "b", "orderMessageEnable", "true"), new TreeMap<>(ours));
        Frame refused = server.handle(client, request(318, "a=c".getBytes(StandardCharsets.UTF_8)));
        assertEquals(ResponseCode.NO_PERMISSION, refused.code());
        assertTrue(refused.remark().contains("restart"));
    }

    @Test
    void wipedBrokersAreReadOnlyUntilTheyAreRestored() {
        broker.topics.put("T", new TopicRoute(2, 2, 6, 0));
        server.handle(client, register("remote", 0, "r:1", "T", "U"));

        Frame wiped = server.handle(client, request(205, "brokerName", "remote"));
        assertEquals("2", wiped.field("wipeTopicCount"));
        assertEquals(List.of(6, 4), perms("T"));
        server.handle(client, register("remote", 0, "r:1", "T", "U"));
        assertEquals(List.of(6, 4), perms("T"));
        server.handle(client, request(205, "brokerName", "TestBrokerName_1"));
        assertEquals(List.of(4, 4), perms("T"));
        Frame added = server.handle(client, request(327, "brokerName", "remote"));
        assertEquals("2", added.field("addTopicCount"));
        assertEquals(List.of(4, 6), perms("T"));
        assertEquals("0", server.handle(client, request(205, "brokerName", "none")).field("wipeTopicCount"));
    }

    @Test
    void wipedBrokerIsWritableAfterRegisteringAgain() {
        server.handle(client, register("remote", 0, "r:1", "T"));
        server.handle(client, request(205, "brokerName", "remote"));
        server.closed(client);
        server.handle(client, register("remote", 0, "r:1", "T"));

        assertEquals(List.of(6), perms("T"));
    }

    private List<Integer> perms(String topic) {
        return json(server.handle(client, request(105, "topic", topic)).body()).array("queueDatas").stream()
                .map(queue -> queue.asObject().integer("perm", -1))
                .toList();
    }

    @Test
    void deletedTopicsLoseTheirRoute() {
        server.handle(client, register("remote", 0, "r:1", "T", "U"));

        server.handle(client, request(216, "topic", "T", "clusterName", "other"));
        assertEquals(0, server.handle(client, request(105, "topic", "T")).code());
        server.handle(client, request(216, "topic", "T", "clusterName", "DefaultCluster"));
        assertEquals(17, server.handle(client, request(105, "topic", "T")).code());
        server.handle(client, request(216, "topic", "U"));
        assertEquals(17, server.handle(client, request(105, "topic", "U")).code());
    }

    @Test
    void keyValuesAreStored() {
        assertEquals(22, server.handle(client, request(101, "namespace", "n", "key", "k")).code());
        assertEquals(22, server.handle(client, request(219, "namespace", "n")).code());
        server.handle(client, request(100, "namespace", "n", "key", "k", "value", "v"));
        server.handle(client, request(100, "namespace", "n", "key", "k", "value", "w"));
        assertEquals("w", server.handle(client, request(101, "namespace", "n", "key", "k")).field("value"));
        assertEquals("{\"table\":{\"k\":\"w\"}}", text(server.handle(client, request(219, "namespace", "n"))));
        assertEquals(0, server.handle(client, request(102, "namespace", "n", "key", "k")).code());
        assertEquals(0, server.handle(client, request(102, "namespace", "n", "key", "k")).code());
        assertEquals(22, server.handle(client, request(219, "namespace", "n")).code());
        assertThrows(MalformedFrameException.class, () -> server.handle(client, request(100, "namespace", "n")));
    }

    @Test
    void keyValuesAreBounded() {
        Frame longValue = request(100, "namespace", "n", "key", "k", "value", "v".repeat(21));
        Frame longKey = request(100, "namespace", "n", "key", "k".repeat(256), "value", "v");
        assertEquals(1, server.handle(client, longValue).code());
        assertEquals(1, server.handle(client, longKey).code());
        assertEquals(0, server.handle(client, request(100, "namespace", "n", "key", "1", "value", "v")).code());
        assertEquals(0, server.handle(client, request(100, "namespace", "m", "key", "1", "value", "v")).code());
        assertEquals(1, server.handle(client, request(100, "namespace", "n", "key", "2", "value", "v")).code());
        assertEquals(0, server.handle(client, request(100, "namespace", "n", "key", "1", "value", "w")).code());
        server.handle(client, request(102, "namespace", "m", "key", "1"));
        assertEquals(0, server.handle(client, request(100, "namespace", "n", "key", "2", "value", "v")).code());
    }

    /** A store that delays the answers to changes, and fails when a test says so. */
    private static final class SlowStore implements KvStore {
        private Map<String, Map<String, String>> stored = Map.of("n", Map.of("old", "v"));
        private Consumer<String> waiting;
        private String failure;

        @Override
        public Map<String, Map<String, String>> load() {
            return stored;
        }

        @Override
        public void keep(Supplier<Map<String, Map<String, String>>> table, Consumer<String> done) {
            stored = table.get();
            waiting = done;
        }

        void finish() {
            waiting.accept(failure);
        }
    }

    @Test
    void changesAreAnsweredOnceStored() {
        SlowStore store = new SlowStore();
        NameServer keeping = serverOf(List.of(), store);

        assertEquals("v", keeping.handle(client, request(101, "namespace", "n", "key", "old")).field("value"));
        assertNull(keeping.handle(client, request(100, "namespace", "n", "key", "k", "value", "v")));
        store.finish();
        assertEquals(0, client.sent().removeFirst().code());
        assertEquals(Map.of("n", Map.of("old", "v", "k", "v")), store.stored);
        assertNull(keeping.handle(client, request(102, "namespace", "n", "key", "old")));
        assertEquals(Map.of("n", Map.of("k", "v")), store.stored);
        store.failure = "disk full";
        store.finish();
        Frame failed = client.sent().removeFirst();
        assertEquals(1, failed.code());
        assertTrue(failed.remark().contains("disk full"), failed.remark());
    }

    @Test
    void totalSizeOfKeyValuesIsBounded() {
        String value = "v".repeat(20);
        NameServerLimits few = new NameServerLimits(3, 2, 400, 500, 100, 100, 255, 20, 1 << 20);
        NameServer bounded = new NameServer(() -> 1_000, List.of(), KvStore.NONE, Map.of(), few);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, bounded.handle(client, request(100, "namespace", "n", "key", "" + i, "value", value)).code());
        }
        assertEquals(1, bounded.handle(client, request(100, "namespace", "n", "key", "4", "value", value)).code());
        bounded.handle(client, request(102, "namespace", "n", "key", "0"));
        assertEquals(0, bounded.handle(client, request(100, "namespace", "n", "key", "4", "value", value)).code());
    }

    @Test
    void orderMessageEnableCanBeChanged() {
        broker.topics.put("T", new TopicRoute(2, 2, 6, 0));
        server.handle(client, request(100, "namespace", "ORDER_TOPIC_CONFIG", "key", "T", "value", "b:4"));

        assertEquals(0, change("orderMessageEnable=false\nlistenPort=9876\n# a comment\n").code());
        assertNull(json(server.handle(client, request(105, "topic", "T")).body()).text("orderTopicConf", null));
        assertTrue(text(server.handle(client, request(319))).contains("orderMessageEnable=false"));
        for (String refused : List.of(
                "kvConfigPath=/tmp/x", "listenPort=1\norderMessageEnable=true", "orderMessageEnable=maybe", "rubbish")) {
            assertEquals(16, change(refused).code(), refused);
        }
        assertTrue(text(server.handle(client, request(319))).contains("orderMessageEnable=false"));
        assertEquals(1, server.handle(client, request(100, "namespace", "\u0000settings", "key", "orderMessageEnable",
                "value", "true")).code());
    }

    private Frame change(String text) {
        Frame bare = request(318);
        return server.handle(client, new Frame(
                bare.code(), bare.language(), bare.version(), bare.opaque(), bare.flag(), null, bare.fields(),
                text.getBytes(StandardCharsets.UTF_8), bare.binary()));
    }

    @Test
    void orderConfigurationIsInRoutesAndInAnswersToBrokers() {
        broker.topics.put("T", new TopicRoute(2, 2, 6, 0));
        server.handle(client, request(100, "namespace", "ORDER_TOPIC_CONFIG", "key", "T", "value", "b:4"));

        Frame route = server.handle(client, request(105, "topic", "T"));
        Frame registered = server.handle(client, register("remote", 0, "r:1"));

        assertEquals("b:4", json(route.body()).text("orderTopicConf", null));
        assertEquals("{\"table\":{\"T\":\"b:4\"}}", text(registered));
    }

    @Test
    void acceptsTheNameServersRequestCodes() {
        TreeSet<Integer> accepted = new TreeSet<>();
        for (int code = 0; code < 1_000; code++) {
            if (server.accepts(code)) {
                accepted.add(code);
            }
        }
        assertEquals(
                new TreeSet<>(List.of(
                        100, 101, 102, 103, 104, 105, 106, 205, 206, 216, 219, 224, 304, 318, 319, 322, 327)),
                accepted);
        assertFalse(server.accepts(34));
    }

    private static String text(Frame answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
