package io.posthorse.server;

import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of tools about topics: 17, 18, 21, 215, 305, 351. */
class TopicAdminTest {
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

    private Frame create(String name, String... more) {
        Map<String, String> fields = new HashMap<>(Map.of(
                "topic", name, "defaultTopic", "TBW102", "readQueueNums", "3", "writeQueueNums", "3", "perm", "6",
                "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i], more[i + 1]);
        }
        return client.ask(17, fields);
    }

    private JsonValue.Obj shown(String topic) {
        Frame answer = client.ask(351, Map.of("topic", topic));
        Golden.assertLike("351_topicConfig", answer);
        return JsonReader.read(answer.body()).asObject();
    }

    @Test
    void aTopicIsReturnedAsItWasCreated() {
        assertEquals(0, create("A", "attributes", "+message.type=FIFO,+queue.type=SimpleCQ", "order", "true", "perm", "4",
                "topicFilterType", "MULTI_TAG", "topicSysFlag", "3").code());
        String expected = "{\"attributes\":{\"message.type\":\"FIFO\",\"queue.type\":\"SimpleCQ\"},\"order\":true,"
                + "\"perm\":4,"
                + "\"readQueueNums\":3,\"topicFilterType\":\"MULTI_TAG\",\"topicName\":\"A\",\"topicSysFlag\":3,"
                + "\"writeQueueNums\":3}";
        assertEquals(expected, new String(client.ask(351, Map.of("topic", "A")).body()));
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals(expected, new String(client.ask(351, Map.of("topic", "A")).body()));

        create("A", "attributes", "-queue.type,+cleanup.policy=DELETE");
        assertEquals("{\"cleanup.policy\":\"DELETE\",\"message.type\":\"FIFO\"}",
                new String(JsonWriter.bytes(shown("A").object("attributes"))));
        assertFalse(shown("A").bool("order", true));
        assertEquals(17, client.ask(351, Map.of("topic", "Nothing")).code());
    }

    @Test
    void invalidTopicsAreRefused() {
        assertEquals(29, create("bad name").code());
        assertEquals(29, create("SCHEDULE_TOPIC_XXXX").code());
        assertEquals(29, create("A", "readQueueNums", "-1").code());
        assertEquals(29, create("A", "writeQueueNums", "99999999999").code());
        assertEquals(29, create("A", "perm", "77").code());
        assertEquals(29, create("A", "attributes", "x=1").code());
        assertEquals(29, create("A", "attributes", "+keep=unsettled").code(), "unknown to RocketMQ too");
        assertEquals(29, create("A", "attributes", "+#topicSysFlag=x").code());
        assertEquals(29, create("A", "attributes", "+queue.type=" + "y".repeat(9_000)).code());
        assertEquals(17, client.ask(351, Map.of("topic", "A")).code());
    }

    @Test
    void severalTopicsAreCreatedTogetherOrNotAtAll() {
        String one = "{\"topicName\":\"%s\",\"readQueueNums\":2,\"writeQueueNums\":2,\"perm\":6,\"order\":false,"
                + "\"attributes\":{\"+queue.type\":\"v\"},\"topicFilterType\":\"SINGLE_TAG\",\"topicSysFlag\":0}";
        String list = "{\"topicConfigList\":[" + one.formatted("L1") + "," + one.formatted("%s") + "]}";
        assertEquals(29, client.ask(18, Map.of(), text(list.formatted("bad name"))).code());
        assertEquals(17, client.ask(351, Map.of("topic", "L1")).code());
        assertEquals(0, client.ask(18, Map.of(), text(list.formatted("L2"))).code());
        assertEquals("v", shown("L1").object("attributes").text("queue.type", ""));
        assertEquals(2, shown("L2").integer("readQueueNums", 0));
        assertEquals(29, client.ask(18, Map.of(), text("{}")).code());
    }

    @Test
    void allTopicsAreListedAtOnceOrPageByPage() {
        Frame all = client.ask(21, Map.of());
        Golden.assertLike("021_allTopicConfig", all);
        JsonValue.Obj table = JsonReader.read(all.body()).asObject().object("topicConfigTable");
        assertEquals(all.number("totalTopicNum", 0), table.members().size());
        assertEquals(2, table.object("T").integer("writeQueueNums", 0));
        int total = table.members().size();
        JsonValue.Obj page = JsonReader.read(client.ask(21, Map.of("topicSeq", "" + (total - 2), "maxTopicNum", "5")).body())
                .asObject().object("topicConfigTable");
        assertEquals(2, page.members().size());
        assertEquals(table.members().getLast().name(), page.members().getLast().name());
    }

    @Test
    void deletingATopicDeletesItsMessages() {
        broker.sent("T", 0, "", "x");
        assertEquals(0, client.ask(215, Map.of("topic", "T")).code());
        assertEquals(0, client.ask(215, Map.of("topic", "T")).code(), "deleting again is no error");
        assertEquals(17, client.ask(30, Map.of("topic", "T", "queueId", "0")).code());
        for (String system : new String[] {"TBW102", "SCHEDULE_TOPIC_XXXX", "DefaultCluster", TestBroker.NAME}) {
            assertEquals(29, client.ask(215, Map.of("topic", system)).code(), system);
            Frame updated = client.ask(17, Map.of(
                    "topic", system, "readQueueNums", "8", "writeQueueNums", "8", "perm", "6"));
            assertEquals(29, updated.code(), system + ": TBW102 has the defaults of new topics");
            assertTrue(updated.remark().contains("system topic"), updated.remark());
        }
        broker.topic("T", 1);
        assertEquals(0, broker.end("T", 0));
    }

    @Test
    void systemTopicsAreListedAndCleanUpsKeepMessages() {
        String topics = new String(client.ask(305, Map.of()).body());
        for (String topic : new String[] {"TBW102", "SCHEDULE_TOPIC_XXXX", "DefaultCluster", TestBroker.NAME}) {
            assertTrue(topics.contains("\"" + topic + "\""), topics);
        }
        broker.sent("T", 0, "", "x");
        for (int code : new int[] {306, 316, 329}) {
            assertEquals(0, client.ask(code, Map.of()).code());
        }
        assertEquals(1, broker.read("T", 0, 0).size());
    }
}
