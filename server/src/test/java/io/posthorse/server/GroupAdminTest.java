package io.posthorse.server;

import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of tools about consumer groups and clients: 200, 201, 207, 225, 328, 343, 345, 352. */
class GroupAdminTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        broker.topic("T", 2);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static final String SETTINGS = "{\"attributes\":{},\"brokerId\":3,\"consumeBroadcastEnable\":false,"
            + "\"consumeEnable\":true,\"consumeFromMinEnable\":false,\"consumeMessageOrderly\":true,"
            + "\"consumeTimeoutMinute\":9,\"groupName\":\"%s\",\"groupRetryPolicy\":{\"type\":\"EXPONENTIAL\"},"
            + "\"groupSysFlag\":2,\"notifyConsumerIdsChangedEnable\":false,\"retryMaxTimes\":5,\"retryQueueNums\":2,"
            + "\"whichBrokerWhenConsumeSlowly\":7}";

    private JsonValue.Obj shown(String group) {
        Frame answer = client.ask(352, Map.of("group", group));
        Golden.assertLike("352_groupConfig", answer);
        return JsonReader.read(answer.body()).asObject();
    }

    @Test
    void aGroupIsReturnedAsItWasCreated() {
        assertEquals(0, client.ask(200, Map.of(), text(SETTINGS.formatted("G"))).code());
        int fields = JsonReader.read(text(SETTINGS.formatted("G"))).asObject().members().size();
        assertEquals(fields, shown("G").members().size());
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        JsonReader.read(text(SETTINGS.formatted("G"))).asObject().members()
                .forEach(m -> assertEquals(m.value(), shown("G").get(m.name()), m.name()));

        client.ask(200, Map.of(), text(
                "{\"groupName\":\"G\",\"attributes\":{\"+priority.factor\":\"1\",\"+lite.bind.topic\":\"2\"}}"));
        client.ask(200, Map.of(), text("{\"groupName\":\"G\",\"attributes\":{\"-priority.factor\":\"\"}}"));
        assertEquals(1, shown("G").object("attributes").members().size());
        assertEquals("2", shown("G").object("attributes").text("lite.bind.topic", ""));
        assertEquals(Golden.body("352_groupConfig").get("groupRetryPolicy"), shown("G").get("groupRetryPolicy"));
        assertEquals(15, shown("G").integer("consumeTimeoutMinute", 0));
    }

    @Test
    void aGroupCreatedOnFirstUseLooksLikeRocketMqs() {
        JsonValue.Obj theirs = Golden.body("352_groupConfig");
        JsonValue.Obj ours = shown("New");
        theirs.members().stream()
                .filter(m -> !m.name().equals("groupName") && !m.name().equals("consumeFromMinEnable"))
                .forEach(m -> assertEquals(m.value(), ours.get(m.name()), m.name()));
        client.ask(25, Map.of(), text("autoCreateSubscriptionGroup=false"));
        assertEquals(26, client.ask(352, Map.of("group", "Never")).code());
    }

    @Test
    void severalGroupsAreCreatedTogetherOrNotAtAll() {
        String list = "{\"groupConfigList\":[{\"groupName\":\"G1\",\"retryMaxTimes\":3},{\"groupName\":\"%s\"}]}";
        assertEquals(29, client.ask(225, Map.of(), text(list.formatted("bad name"))).code());
        assertNull(all().object("subscriptionGroupTable").get("G1"));
        assertEquals(0, client.ask(225, Map.of(), text(list.formatted("G2"))).code());
        assertEquals(3, shown("G1").integer("retryMaxTimes", 0));
        assertEquals(17, client.ask(351, Map.of("topic", "%RETRY%None")).code());
        assertEquals(0, client.ask(351, Map.of("topic", "%RETRY%G2")).code());
    }

    private JsonValue.Obj all() {
        Frame answer = client.ask(201, Map.of());
        Golden.assertLike("201_allSubGroups", answer);
        JsonValue.Obj body = JsonReader.read(answer.body()).asObject();
        assertEquals(answer.number("totalGroupNum", -1), body.object("subscriptionGroupTable").members().size());
        return body;
    }

    @Test
    void aBrokerWithoutGroupsListsTheGroupOfTheTools() {
        JsonValue.Obj table = all().object("subscriptionGroupTable");
        assertEquals(1, table.members().size());
        assertEquals("TOOLS_CONSUMER", table.object("TOOLS_CONSUMER").text("groupName", ""));
        client.ask(200, Map.of(), text("{\"groupName\":\"G\"}"));
        assertNull(all().object("subscriptionGroupTable").get("TOOLS_CONSUMER"));
    }

    @Test
    void deletingAGroupDeletesItsOffsets() {
        client.ask(200, Map.of(), text("{\"groupName\":\"G\"}"));
        client.ask(15, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0", "commitOffset", "7"));
        assertEquals(1, all().object("subscriptionGroupTable").members().size());
        assertEquals(0, client.ask(207, Map.of("groupName", "G", "cleanOffset", "true")).code());
        assertEquals(0, client.ask(207, Map.of("groupName", "G")).code(), "deleting again is no error");
        assertNull(all().object("subscriptionGroupTable").get("G"));
        client.ask(200, Map.of(), text("{\"groupName\":\"G\"}"));
        Map<String, String> query = Map.of("consumerGroup", "G", "topic", "T", "queueId", "0");
        assertEquals("0", client.ask(14, query).field("offset"));
    }

    @Test
    void producersAndSubscriptionsOfAGroupAreListed() {
        assertEquals("{\"data\":{}}", new String(client.ask(328, Map.of()).body()));
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "a || b", 3));
        Frame producers = client.ask(328, Map.of());
        Golden.assertLike("328_producers", producers);
        JsonValue.Obj one = JsonReader.read(producers.body()).asObject().object("data").array("PG").getFirst().asObject();
        assertEquals("c1", one.text("clientId", ""));
        assertEquals("/127.0.0.1:" + client.localPort(), one.text("remoteIP", ""));
        assertTrue(one.number("lastUpdateTimestamp", 0) > 1_700_000_000_000L);

        assertEquals("[]", list(client.ask(343, Map.of("group", "G"))));
        client.ask(15, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0", "commitOffset", "0"));
        Frame topics = client.ask(343, Map.of("group", "G"));
        Golden.assertLike("343_topicsByConsumer", topics);
        assertEquals("[T]", list(topics));
        JsonValue.Obj read = JsonReader.read(client.ask(345, Map.of("group", "G", "topic", "T")).body()).asObject();
        assertEquals("a || b", read.object("subscriptionData").text("subString", ""));
        Frame none = client.ask(345, Map.of("group", "G", "topic", "U"));
        assertEquals("{\"group\":\"G\",\"topic\":\"U\"}", new String(none.body()));
    }

    private static String list(Frame answer) {
        return JsonReader.read(answer.body()).asObject().array("topicList").stream()
                .map(t -> ((JsonValue.Text) t).value())
                .toList()
                .toString();
    }
}
