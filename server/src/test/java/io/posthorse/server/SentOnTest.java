package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_BATCH;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that a consumer forwards as received, with all their properties. */
class SentOnTest {
    private static final String RECEIVED = "TAGS\u0001red\u0002POP_CK\u00010 1 2 3 0 b 0 0\u0002"
            + "UNIQ_KEY\u0001U\u0002K\u0001v\u0002";

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "messageDelayLevel=1s 1s 1s 1s");
        broker.topic("T", 1);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void assertForwarded(Stored message) {
        Map<String, String> properties = message.properties();
        assertNull(properties.get("POP_CK"), properties.toString());
        assertEquals("red", properties.get("TAGS"));
        assertEquals("U", properties.get("UNIQ_KEY"));
        assertEquals("v", properties.get("K"));
        assertEquals("on", message.text());
    }

    @Test
    void aReceiptOfAnOldLeaseIsNotForwarded() {
        broker.sent("T", 0, RECEIVED, "on");
        assertForwarded(broker.read("T", 0, 0).getFirst());
        assertEquals(1, Stored.all(client.ask(
                TestBroker.PULL, TestBroker.pull("G", "T", 0, 0, "red", 0)).body()).size(), "its tag is filtered");
    }

    @Test
    void aReceiptIsNotForwardedByABatch() {
        byte[] body = text("on");
        byte[] properties = text(RECEIVED);
        int size = 22 + body.length + properties.length;
        ByteBuffer batch = ByteBuffer.allocate(2 * size);
        for (int i = 0; i < 2; i++) {
            batch.putInt(size).putInt(0).putInt(0).putInt(0).putInt(body.length).put(body)
                    .putShort((short) properties.length).put(properties);
        }
        Map<String, String> fields = shortSend("T", 0, "");
        fields.put("m", "true");
        assertEquals(0, client.ask(SEND_BATCH, fields, batch.array()).code());
        List<Stored> stored = broker.read("T", 0, 0);
        assertEquals(2, stored.size());
        stored.forEach(this::assertForwarded);
    }

    @Test
    void aReceiptIsNotForwardedByATransactionOrADelay() {
        Frame prepared = client.ask(
                SEND_SHORT, shortSend("T", 0, RECEIVED + "TRAN_MSG\u0001true\u0002PGROUP\u0001P\u0002"), text("on"));
        assertEquals(0, prepared.code(), prepared.remark());
        String id = prepared.field("msgId");
        Map<String, String> end = new HashMap<>(Map.of(
                "producerGroup", "P", "tranStateTableOffset", prepared.field("queueOffset"), "commitLogOffset",
                Long.toString(Long.parseLong(id.substring(id.length() - 16), 16)), "commitOrRollback", "8",
                "fromTransactionCheck", "false", "msgId", "U", "transactionId", "U"));
        assertEquals(0, client.ask(37, end).code());
        assertForwarded(broker.read("T", 0, 0).getFirst());
        broker.sent("T", 0, RECEIVED + "DELAY\u00011\u0002", "on");
        Awaitility.await().until(() -> broker.end("T", 0) == 2);
        assertForwarded(broker.read("T", 0, 1).getFirst());
    }

    @Test
    void aMessageThatIsSentBackHasNoReceipt() {
        broker.sent("T", 0, RECEIVED, "on");
        long position = broker.read("T", 0, 0).getFirst().position();
        Frame back = client.ask(36, Map.of(
                "offset", "" + position, "group", "G", "delayLevel", "1", "originMsgId", "ID", "originTopic", "T",
                "unitMode", "false", "maxReconsumeTimes", "16"));
        assertEquals(0, back.code(), back.remark());
        Awaitility.await().until(() -> broker.end("%RETRY%G", 0) == 1);
        assertForwarded(broker.read("%RETRY%G", 0, 0).getFirst());
    }

    @Test
    void aForwardedMessageIsNotDelayedAgain() {
        broker.sent("T", 0, "TIMER_DELAY_SEC\u00011\u0002", "timed");
        Awaitility.await().until(() -> broker.end("T", 0) == 1);
        Map<String, String> received = broker.read("T", 0, 0).getFirst().properties();
        StringBuilder properties = new StringBuilder();
        received.forEach((name, value) -> properties.append(name).append('\u0001').append(value).append('\u0002'));
        assertTrue(properties.toString().contains("TIMER_DELAY_SEC"), properties.toString());
        broker.sent("T", 0, properties.toString(), "sent on");
        assertEquals(2, broker.end("T", 0));
    }

    @Test
    void aMessageWithoutABodyIsRefusedAsByRocketmq() {
        Frame answer = client.ask(SEND_SHORT, shortSend("T", 0, ""), RawClient.NO_BODY);
        assertEquals(13, answer.code());
        assertTrue(answer.remark().contains("body is empty"), answer.remark());
        assertEquals(0, broker.end("T", 0));
    }
}
