package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.SEND;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.longSend;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Send requests 10 and 310 over a socket: stored messages, answers and refusals. */
class SendTest {
    private static final String PROPERTIES = "KEYS\u0001k1\u0002TAGS\u0001red\u0002UNIQ_KEY\u0001U1\u0002";

    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "maxMessageSize=100000");
        broker.topic("T", 2);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"10,false", "10,true", "310,false", "310,true"})
    void aMessageIsStoredAsSent(int code, boolean binary) {
        RawClient client = broker.client(binary);
        Map<String, String> fields = code == SEND ? longSend("T", 1, PROPERTIES) : shortSend("T", 1, PROPERTIES);
        client.ask(code, fields, text("first"));

        Frame answer = client.ask(code, fields, text("höllo"));

        Golden.assertLike(code == SEND ? "010_sendV1" : "310_sendV2", answer);
        assertEquals("1", answer.field("queueId"));
        assertEquals("1", answer.field("queueOffset"));
        assertEquals("U1", answer.field("transactionId"));
        assertEquals(binary, answer.binary());
        Stored stored = broker.read("T", 1, 1).getFirst();
        assertEquals("höllo", stored.text());
        assertEquals(7, stored.flag());
        assertEquals(1, stored.queue());
        assertEquals("k1", stored.properties().get("KEYS"));
        assertEquals("red", stored.properties().get("TAGS"));
        assertEquals("DefaultRegion", stored.properties().get("MSG_REGION"));
        assertEquals("DefaultCluster", stored.properties().get("CLUSTER"));
        assertTrue(answer.field("msgId").endsWith("%016X".formatted(stored.position())), answer.field("msgId"));
        assertTrue(answer.field("msgId").startsWith("7F000001%08X".formatted(broker.server().brokerPort())));
    }

    @Test
    void aMessageWithoutPropertiesGetsAKey() {
        Map<String, String> fields = shortSend("T", 0, "");
        fields.remove("i");
        Frame answer = broker.client().ask(SEND_SHORT, fields, new byte[1]);

        assertEquals(0, answer.code());
        String key = broker.read("T", 0, 0).getFirst().properties().get("UNIQ_KEY");
        assertNotNull(key);
        assertEquals(key, answer.field("transactionId"));
    }

    @Test
    void anUnknownTopicIsCreatedWithTheDefaults() {
        broker.sent("Fresh", 3, "", "x");

        assertEquals(1, broker.end("Fresh", 3));
        Frame beyond = broker.client().ask(30, Map.of("topic", "Fresh", "queueId", "4"));
        assertEquals(29, beyond.code());
    }

    @Test
    void aSendToAnyQueueIsStoredInOne() {
        for (int i = 0; i < 40; i++) {
            broker.sent("T", -1, "", "x" + i);
        }
        assertEquals(40, broker.end("T", 0) + broker.end("T", 1));
        assertTrue(broker.end("T", 0) > 0 && broker.end("T", 1) > 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusalsHaveTheCodesAndFieldsOfRocketMq(boolean binary) {
        broker.topic("ReadOnly", 1, 4);
        RawClient client = broker.client(binary);
        String long32k = "k\u0001" + "v".repeat(32_767) + "\u0002";

        refused(29, client, shortSend("bad topic", 0, ""), NO_BODY);
        refused(29, client, shortSend("bad/topic", 0, ""), NO_BODY);
        refused(29, client, shortSend("", 0, ""), NO_BODY);
        refused(29, client, shortSend("x".repeat(128), 0, ""), NO_BODY);
        refused(29, client, shortSend("%" + "x".repeat(127), 0, ""), NO_BODY);
        refused(16, client, shortSend("SCHEDULE_TOPIC_XXXX", 0, ""), NO_BODY);
        refused(16, client, shortSend("RMQ_SYS_TRANS_HALF_TOPIC", 0, ""), NO_BODY);
        refused(29, client, shortSend("T", 2, ""), NO_BODY);
        refused(13, client, shortSend("T", 0, ""), new byte[100_001]);
        refused(13, client, shortSend("T", 0, long32k), NO_BODY);
        refused(16, client, shortSend("ReadOnly", 0, ""), NO_BODY);
        refused(17, client, shortSend("%DLQ%nobody", 0, ""), NO_BODY);
        refused(13, client, shortSend("T", 0, "TIMER_DELAY_SEC\u0001soon\u0002"), NO_BODY);

        assertEquals(0, broker.end("T", 0));
        assertEquals(0, client.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[100_000]).code());
    }

    private static void refused(int code, RawClient client, Map<String, String> fields, byte[] body) {
        Frame answer = client.ask(SEND_SHORT, fields, body);
        assertEquals(code, answer.code(), answer.remark());
        assertEquals(Map.of("TRACE_ON", "true", "MSG_REGION", "DefaultRegion"), answer.fields());
    }

    @Test
    void invalidFieldsAreRefusedWithoutClosingTheConnection() {
        RawClient client = broker.client();
        Map<String, String> fields = shortSend("T", 0, "");
        fields.put("e", "zero");
        assertEquals(29, client.ask(SEND_SHORT, fields).code());
        fields.remove("b");
        assertEquals(29, client.ask(SEND_SHORT, fields).code());
        assertEquals(0, client.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[1]).code());
    }

    @Test
    void withoutAutomaticCreationAnUnknownTopicIsRefused() {
        broker.close();
        broker = TestBroker.start(directory, "autoCreateTopicEnable=false");

        refused(17, broker.client(), shortSend("Unknown", 0, ""), NO_BODY);
    }

    @Test
    void aTopicWithoutQueuesRefusesMessages() {
        broker.topic("Empty", 0);

        refused(29, broker.client(), shortSend("Empty", -1, ""), NO_BODY);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneWaySendsAreNeverAnsweredAndNeverLost(boolean binary) {
        RawClient client = broker.client(binary);
        for (int i = 0; i < 500; i++) {
            client.sendOneWay(SEND_SHORT, shortSend("T", 0, ""), text("m" + i));
            client.sendOneWay(SEND_SHORT, shortSend("bad topic", 0, ""), NO_BODY);
        }
        // the next answer belongs to this request, so the others got none
        assertEquals(0, client.ask(30, Map.of("topic", "T", "queueId", "0")).code());
        await().untilAsserted(() -> assertEquals(500, broker.end("T", 0)));
        for (int at = 0; at < 500; ) {
            List<Stored> messages = broker.read("T", 0, at);
            for (Stored message : messages) {
                assertEquals("m" + at++, message.text());
            }
        }
    }

    @Test
    void aDelayedMessageIsDeliveredAfterItsDelay() {
        long before = System.nanoTime();
        Frame answer = broker.client().ask(SEND_SHORT, shortSend("T", 1, "DELAY\u00011\u0002TAGS\u0001red\u0002"),
                text("late"));
        assertEquals(0, answer.code());
        assertEquals(0, broker.end("T", 1));

        Frame pulled = broker.client().ask(
                TestBroker.PULL, TestBroker.pull("G", "T", 1, 0, "red", 15_000), NO_BODY);

        assertTrue(System.nanoTime() - before >= 990_000_000L, "it was delivered too early");
        Stored stored = Stored.all(pulled.body()).getFirst();
        assertEquals("late", stored.text());
        Map<String, String> expected = Map.of("DELAY", "1", "REAL_TOPIC", "T", "REAL_QID", "1", "TAGS", "red");
        expected.forEach((name, value) -> assertEquals(value, stored.properties().get(name)));
        assertArrayEquals(text("late"), stored.body());
    }
}
