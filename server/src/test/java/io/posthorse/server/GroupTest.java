package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of consumer groups: offsets, members, locks. */
class GroupTest {
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

    private static Map<String, String> queue(int queue, String... more) {
        Map<String, String> fields = new java.util.HashMap<>(
                Map.of("consumerGroup", "G", "topic", "T", "queueId", "" + queue));
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i], more[i + 1]);
        }
        return fields;
    }

    @Test
    void offsetsOfAGroupAreStoredAndQueried() {
        assertEquals("0", client.ask(14, queue(0)).field("offset"));
        assertEquals(22, client.ask(14, queue(0, "setZeroIfNotFound", "false")).code());
        broker.sent("T", 0, "", "x");
        assertEquals("0", client.ask(14, queue(0)).field("offset"));
        assertEquals(22, client.ask(14, queue(0, "setZeroIfNotFound", "false")).code());

        Golden.assertLike("015_updateOffset", client.ask(15, queue(0, "commitOffset", "1")));
        Frame found = client.ask(14, queue(0, "setZeroIfNotFound", "false"));
        Golden.assertLike("014_queryOffset", found);
        assertEquals("1", found.field("offset"));
        client.sendOneWay(15, queue(0, "commitOffset", "0"), NO_BODY);
        assertEquals("0", client.ask(14, queue(0)).field("offset"));

        assertEquals(17, client.ask(14, Map.of("consumerGroup", "G", "topic", "Nothing", "queueId", "0")).code());
        assertEquals(29, client.ask(14, queue(2)).code());
        assertEquals(29, client.ask(14, queue(-1)).code());
        assertEquals(29, client.ask(14, Map.of("topic", "T", "queueId", "0")).code());
    }

    @Test
    void offsetsOfAQueueAreQueried() {
        Golden.assertLike("030_maxOffset", client.ask(30, queue(0)));
        broker.sent("T", 0, "", "x");
        broker.sent("T", 0, "", "y");

        assertEquals("2", client.ask(30, queue(0)).field("offset"));
        Frame begin = client.ask(31, queue(0));
        Golden.assertLike("031_minOffset", begin);
        assertEquals("0", begin.field("offset"));
        Frame earliest = client.ask(32, queue(0));
        Golden.assertLike("032_earliest", earliest);
        assertTrue(earliest.number("timestamp", 0) > 1_700_000_000_000L);
        assertEquals("-1", client.ask(32, queue(1)).field("timestamp"));
        Golden.assertLike("029_searchOffset", client.ask(29, queue(0, "timestamp", "0")));
        assertEquals("0", client.ask(29, queue(0, "timestamp", "0")).field("offset"));
        assertEquals("2", client.ask(29, queue(0, "timestamp", "9000000000000")).field("offset"));
        Frame upper = client.ask(29, queue(0, "timestamp", "9000000000000", "boundaryType", "UPPER"));
        assertEquals("1", upper.field("offset"));
    }

    @Test
    void membersJoinAndLeave() {
        Golden.assertLike("038_consumerList_none", client.ask(38, Map.of("consumerGroup", "nobody")));
        Golden.assertLike("034_heartbeat", client.ask(34, Map.of(), heartbeat("c1", "G", "T", "*", 1)));
        assertEquals("G", client.push().field("consumerGroup"));
        RawClient second = broker.client(true);
        second.ask(34, Map.of(), heartbeat("c2", "G", "T", "*", 1));

        Frame notice = client.push();
        assertEquals(40, notice.code());
        assertTrue(notice.isOneWay());
        assertEquals("G", notice.field("consumerGroup"));
        Frame list = client.ask(38, Map.of("consumerGroup", "G"));
        Golden.assertLike("038_consumerList", list);
        assertEquals("{\"consumerIdList\":[\"c1\",\"c2\"]}", new String(list.body()));

        second.close();
        assertEquals(40, client.push().code());
        assertEquals("{\"consumerIdList\":[\"c1\"]}", new String(client.ask(38, Map.of("consumerGroup", "G")).body()));
        Golden.assertLike("035_unregister", client.ask(35, Map.of("clientID", "c1", "consumerGroup", "G")));
        assertEquals(1, client.ask(38, Map.of("consumerGroup", "G")).code());
    }

    @Test
    void theNewestSubscriptionOfAMemberAppliesInAnyOrderOfHeartbeats() {
        broker.sent("T", 0, "", "x");
        RawClient older = broker.client();
        client.ask(34, Map.of(), TestBroker.heartbeat("new", "G", "T", "*", 2));
        older.ask(34, Map.of(), TestBroker.heartbeat("old", "G", "T", "*", 1));
        Map<String, String> pull = TestBroker.pull("G", "T", 0, 0, "*", 0);
        pull.remove("subscription");
        pull.put("sysFlag", "0");
        pull.put("subVersion", "2");
        assertEquals(0, client.ask(11, pull).code(), "the older member must not prevent the newer one's pull");
        pull.put("subVersion", "1");
        assertEquals(0, older.ask(11, pull).code());
        pull.put("subVersion", "3");
        pull.remove("expressionType");
        assertEquals(25, older.ask(11, pull).code());
    }

    @Test
    void connectionsAreListed() {
        assertEquals(206, client.ask(203, Map.of("consumerGroup", "G")).code());
        assertEquals(1, client.ask(204, Map.of("producerGroup", "PG")).code());
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "a || b", 3));

        Frame consumers = client.ask(203, Map.of("consumerGroup", "G"));
        Golden.assertLike("203_consumerConn", consumers);
        JsonValue.Obj body = JsonReader.read(consumers.body()).asObject();
        JsonValue.Obj connection = body.array("connectionSet").getFirst().asObject();
        assertEquals("c1", connection.text("clientId", ""));
        assertEquals("127.0.0.1:" + client.localPort(), connection.text("clientAddr", ""));
        assertEquals("a || b", body.object("subscriptionTable").object("T").text("subString", ""));
        Golden.assertLike("204_producerConn", client.ask(204, Map.of("producerGroup", "PG")));
        Frame who = client.ask(300, Map.of("topic", "T"));
        Golden.assertLike("300_whoConsumes", who);
        assertEquals("{\"groupList\":[\"G\"]}", new String(who.body()));
    }

    @Test
    void inventedProducerGroupsDoNotFillTheMemory() {
        StringBuilder groups = new StringBuilder("{\"groupName\":\"p0\"}");
        for (int i = 1; i <= 1_024; i++) {
            groups.append(",{\"groupName\":\"p").append(i).append("\"}");
        }
        byte[] beat = text("{\"clientID\":\"c\",\"producerDataSet\":[" + groups + "]}");

        assertEquals(0, client.ask(34, Map.of(), beat).code());
        assertEquals(0, client.ask(204, Map.of("producerGroup", "p1023")).code());
        assertEquals(1, client.ask(204, Map.of("producerGroup", "p1024")).code(), "beyond the limit for a client");
    }

    @Test
    void aQueueIsLockedForOneClient() {
        Frame locked = client.ask(41, Map.of(), lock("c1", 0, 1));
        Golden.assertLike("041_lock", locked);
        assertEquals(List.of(0, 1), queues(locked));
        assertEquals(List.of(0), queues(client.ask(41, Map.of(), lock("c1", 0))));
        assertEquals(List.of(), queues(client.ask(41, Map.of(), lock("c2", 0, 1))));

        client.ask(42, Map.of(), lock("c2", 0));
        assertEquals(List.of(), queues(client.ask(41, Map.of(), lock("c2", 0))));
        Golden.assertLike("042_unlock", client.ask(42, Map.of(), lock("c1", 0)));
        assertEquals(List.of(0), queues(client.ask(41, Map.of(), lock("c2", 0, 1))));
    }

    private static byte[] lock(String clientId, int... queues) {
        StringBuilder set = new StringBuilder();
        for (int queue : queues) {
            set.append(set.isEmpty() ? "" : ",").append("{\"topic\":\"T\",\"brokerName\":\"" + TestBroker.NAME
                    + "\",\"queueId\":" + queue + "}");
        }
        return text("{\"consumerGroup\":\"G\",\"clientId\":\"" + clientId + "\",\"mqSet\":[" + set + "]}");
    }

    private static List<Integer> queues(Frame answer) {
        return JsonReader.read(answer.body()).asObject().array("lockOKMQSet").stream()
                .map(q -> q.asObject().integer("queueId", -1))
                .sorted()
                .toList();
    }

    @Test
    void statisticsOfTopicsAndGroupsAreReported() {
        broker.sent("T", 0, "", "x");
        client.ask(15, queue(0, "commitOffset", "1"));

        Frame topic = client.ask(202, Map.of("topic", "T"));
        Golden.assertLike("202_topicStats", topic);
        assertTrue(new String(topic.body()).contains("\"maxOffset\":1,\"minOffset\":0"));
        Frame group = client.ask(208, Map.of("consumerGroup", "G", "topic", ""));
        Golden.assertLike("208_consumeStats", group);
        assertTrue(new String(group.body()).contains("\"brokerOffset\":1,\"consumerOffset\":1"));
        assertEquals(17, client.ask(202, Map.of("topic", "Nothing")).code());
    }

    @Test
    void anUnknownCodeIsRefusedAsRocketMqDoes() {
        Frame answer = client.ask(9999, Map.of());
        Golden.assertLike("9999_unknown", answer);
        assertEquals(Golden.answer("9999_unknown").remark(), answer.remark());
    }

    @Test
    void aGroupWithMoreRetryQueuesThanAllowedIsRefused() {
        assertEquals(29, client.ask(200, Map.of(), text("{\"groupName\":\"Wide\",\"retryQueueNums\":2000}")).code());
        assertEquals(29, client.ask(200, Map.of(), text("{\"groupName\":\"bad name\"}")).code());
        Golden.assertLike("200_updateSubGroup", client.ask(200, Map.of(),
                text("{\"groupName\":\"W\",\"retryQueueNums\":3}")));
        assertEquals(19, client.ask(PULL, pull("W", "%RETRY%W", 2, 0, "*", 0)).code());
    }
}
