package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.pull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics of traffic: 28, 315, and the rates in 202 and 208. */
class StatisticsTest {
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

    private JsonValue.Obj runtime() {
        Frame answer = client.ask(28, Map.of());
        Golden.assertLike("028_runtime", answer);
        return JsonReader.read(answer.body()).asObject().object("table");
    }

    private Frame stats(String name, String key) {
        return client.ask(315, Map.of("statsName", name, "statsKey", key));
    }

    private static JsonValue.Obj minute(Frame answer) {
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject().object("statsMinute");
    }

    private static double real(JsonValue.Obj from, String name) {
        return ((JsonValue.Num) from.get(name)).real();
    }

    @Test
    void everyKeyOfRocketMqExists() {
        Set<String> theirs = new TreeSet<>();
        Golden.body("028_runtime").object("table").members().forEach(m -> theirs.add(m.name()));
        theirs.removeIf(k -> k.startsWith("scheduleMessageOffset_") || k.startsWith("commitLogDiskRatio_"));
        Set<String> ours = new TreeSet<>();
        runtime().members().forEach(m -> ours.add(m.name()));

        assertTrue(theirs.size() > 50, "only " + theirs.size());
        theirs.removeAll(ours);
        assertEquals(Set.of(), theirs);
        assertTrue(ours.contains("getTransferedTps"), "the spelling of old tools");
    }

    @Test
    void theBrokerCountsMessagesInAndOut() {
        JsonValue.Obj before = runtime();
        assertEquals("0", before.text("msgPutTotalTodayNow", ""));
        assertEquals("-1", before.text("earliestMessageTimeStamp", ""));
        for (int i = 0; i < 5; i++) {
            broker.sent("T", i % 2, "", "x");
        }
        assertEquals(0, client.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
        assertEquals(19, client.ask(PULL, pull("G", "T", 0, 3, "*", 0)).code());

        JsonValue.Obj after = runtime();
        assertEquals("5", after.text("msgPutTotalTodayNow", ""));
        assertEquals("3", after.text("msgGetTotalTodayNow", ""));
        assertEquals("0", after.text("msgPutTotalTodayMorning", ""));
        for (String rate : new String[] {"putTps", "getTransferredTps", "getFoundTps", "getMissTps", "getTotalTps"}) {
            String[] three = after.text(rate, "").split(" ");
            assertEquals(3, three.length, rate);
            assertTrue(Double.parseDouble(three[0]) > 0, rate + " " + after.text(rate, ""));
        }
        assertTrue(after.number("commitLogMaxOffset", 0) > before.number("commitLogMaxOffset", 0));
        assertTrue(after.number("earliestMessageTimeStamp", 0) > 1_700_000_000_000L);
        assertEquals("V5_5_0", after.text("brokerVersionDesc", ""));
        assertTrue(after.text("commitLogDirCapacity", "").matches("Total : [0-9.]+ .?i?B, Free : [0-9.]+ .?i?B\\."),
                after.text("commitLogDirCapacity", ""));
    }

    @Test
    void aDelayedMessageIsCountedInItsLane() {
        broker.sent("T", 0, "DELAY\u00015\u0002", "later");
        assertEquals("0,1", runtime().text("scheduleMessageOffset_5", ""));
    }

    @Test
    void topicsAndGroupsAreCountedSeparately() {
        assertEquals(1, stats("TOPIC_PUT_NUMS", "T").code());
        assertEquals(1, stats("GROUP_GET_NUMS", "T@G").code());
        assertEquals(1, stats("TOPIC_PUT_NUMS", "Nothing").code());
        assertEquals(1, stats("NO_SUCH_NUMS", "T").code());
        for (int i = 0; i < 4; i++) {
            broker.sent("T", 0, "", "x");
        }
        client.ask(PULL, pull("G", "T", 0, 1, "*", 0));

        Frame topic = stats("TOPIC_PUT_NUMS", "T");
        Golden.assertLike("315_stats", topic);
        assertEquals(4, minute(topic).integer("sum", 0));
        assertTrue(real(minute(topic), "tps") > 0);
        assertEquals(3, minute(stats("GROUP_GET_NUMS", "T@G")).integer("sum", 0));
        assertEquals(3.0, real(minute(stats("GROUP_GET_NUMS", "T@G")), "avgpt"));
        assertEquals(4, minute(stats("BROKER_PUT_NUMS", "DefaultCluster")).integer("sum", 0));
        assertEquals(3, minute(stats("BROKER_GET_NUMS", "DefaultCluster")).integer("sum", 0));

        JsonValue.Obj of202 = JsonReader.read(client.ask(202, Map.of("topic", "T")).body()).asObject();
        assertTrue(real(of202, "topicPutTps") > 0);
        client.ask(15, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0", "commitOffset", "4"));
        Frame of208 = client.ask(208, Map.of("consumerGroup", "G", "topic", ""));
        assertTrue(real(JsonReader.read(of208.body()).asObject(), "consumeTps") > 0);
    }

    @Test
    void countersBeginAtZeroAfterARestartAndForANewTopic() {
        broker.sent("T", 0, "", "x");
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals(1, stats("TOPIC_PUT_NUMS", "T").code());
        broker.sent("T", 0, "", "y");
        assertEquals(1, minute(stats("TOPIC_PUT_NUMS", "T")).integer("sum", 0));
        broker.topic("Fresh", 1);
        broker.sent("Fresh", 0, "", "w");
        assertEquals(1, minute(stats("TOPIC_PUT_NUMS", "Fresh")).integer("sum", 0), "earlier messages count too");

        client.ask(215, Map.of("topic", "T"));
        broker.topic("T", 1);
        assertEquals(1, stats("TOPIC_PUT_NUMS", "T").code());
        broker.sent("T", 0, "", "z");
        assertEquals(1, minute(stats("TOPIC_PUT_NUMS", "T")).integer("sum", 0));
        assertEquals("3", runtime().text("msgPutTotalTodayNow", ""));
    }
}
