package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a stored message: read by its position (33), sent back for a retry (36), and finally dead. */
class RetryTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;
    private Stored message;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "messageDelayLevel=1s 1s 1s 1s 1s 1s");
        broker.topic("T", 1);
        client = broker.client();
        broker.sent("T", 0, "KEYS\u0001k\u0002TAGS\u0001red\u0002UNIQ_KEY\u0001U\u0002", "again");
        message = broker.read("T", 0, 0).getFirst();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Map<String, String> back(long position, int level, int max) {
        Map<String, String> fields = new HashMap<>();
        fields.put("offset", "" + position);
        fields.put("group", "G");
        fields.put("delayLevel", "" + level);
        fields.put("originMsgId", "ID");
        fields.put("originTopic", "T");
        fields.put("unitMode", "false");
        fields.put("maxReconsumeTimes", "" + max);
        return fields;
    }

    private Stored held(String topic) {
        return Stored.all(client.ask(PULL, pull("G", topic, 0, 0, "*", 15_000)).body()).getFirst();
    }

    @Test
    void aMessageIsReadByItsPosition() {
        Frame answer = client.ask(33, Map.of("offset", "" + message.position()));

        assertEquals(0, answer.code());
        assertEquals("again", Stored.all(answer.body()).getFirst().text());
    }

    @Test
    void otherPositionsShowNothingAndKeepTheConnectionOpen() {
        for (long position = -8; position < message.position() + 1_000; position++) {
            if (position != message.position()) {
                assertNotEquals(0, client.ask(33, Map.of("offset", "" + position)).code(), "at " + position);
            }
        }
        assertEquals(1, client.ask(33, Map.of("offset", "" + Long.MAX_VALUE)).code());
        assertEquals(1, client.ask(36, back(message.position() + 8, 0, 16)).code());
    }

    @Test
    void aMessageThatIsSentBackIsDeliveredLater() {
        assertEquals(0, client.ask(36, back(message.position(), 0, 16)).code());

        Stored again = held("%RETRY%G");
        assertEquals("again", again.text());
        assertEquals("%RETRY%G", again.topic());
        assertEquals(1, again.reconsumeTimes());
        Map<String, String> expected = Map.of(
                "RETRY_TOPIC", "T", "ORIGIN_MESSAGE_ID", "ID", "DELAY", "3", "REAL_TOPIC", "%RETRY%G", "REAL_QID", "0",
                "UNIQ_KEY", "U", "TAGS", "red", "KEYS", "k", "WAIT", "false");
        expected.forEach((name, value) -> assertEquals(value, again.properties().get(name), name));

        assertEquals(0, client.ask(36, back(again.position(), 1, 1)).code());
        Stored dead = held("%DLQ%G");
        assertEquals(2, dead.reconsumeTimes());
        assertEquals("T", dead.properties().get("RETRY_TOPIC"));
        assertEquals("ID", dead.properties().get("ORIGIN_MESSAGE_ID"));
        assertEquals("0", dead.properties().get("DELAY"));
    }

    @Test
    void aNegativeLevelMakesADeadLetterAtOnce() {
        assertEquals(0, client.ask(36, back(message.position(), -1, 16)).code());

        assertEquals("again", held("%DLQ%G").text());
        assertEquals(1, broker.end("%DLQ%G", 0));
    }

    @Test
    void aClientsOwnRetryBeyondTheLimitBecomesADeadLetter() {
        client.ask(200, Map.of(), text("{\"groupName\":\"G\"}"));
        Map<String, String> fields = shortSend("%RETRY%G", 0, "DELAY\u00012\u0002");
        fields.put("j", "3");
        fields.put("l", "3");
        assertEquals(0, client.ask(SEND_SHORT, fields, text("dead")).code());

        assertEquals(List.of("dead"), broker.read("%DLQ%G", 0, 0).stream().map(Stored::text).toList());
        fields.put("l", "4");
        assertEquals(0, client.ask(SEND_SHORT, fields, text("alive")).code());
        assertEquals("alive", held("%RETRY%G").text());
    }

    @Test
    void aRequestWithoutItsFieldsIsRefused() {
        assertEquals(29, client.ask(36, Map.of("offset", "" + message.position())).code());
        assertEquals(1, client.ask(33, Map.of()).code());
        assertEquals(29, client.ask(33, Map.of("offset", "x")).code());
    }

    @Test
    void aMessageWithoutRoomForPropertiesIsNotSentBack() {
        broker.sent("T", 0, "big\u0001" + "v".repeat(32_650) + "\u0002UNIQ_KEY\u0001U2\u0002", "full");
        Stored full = broker.read("T", 0, 1).getFirst();

        assertEquals(13, client.ask(36, back(full.position(), -1, 16)).code());
        assertEquals(0, client.ask(36, back(message.position(), -1, 16)).code());
        assertEquals(List.of("again"), broker.read("%DLQ%G", 0, 0).stream().map(Stored::text).toList());
    }
}
