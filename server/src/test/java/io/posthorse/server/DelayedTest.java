package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.format.rocketmq.RecallHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages with their own delivery time, and their recall (370). */
class DelayedTest {
    private static final int RECALL = 370;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "timerMaxDelaySec=1000", "delayed.max=3");
        broker.topic("T", 2);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Frame send(String properties) {
        return client.ask(SEND_SHORT, shortSend("T", 1, "UNIQ_KEY\u0001K\u0002" + properties), text("later"));
    }

    private static String delay(String name, long value) {
        return name + "\u0001" + value + "\u0002";
    }

    private Stored held() {
        return Stored.all(client.ask(PULL, pull("G", "T", 1, 0, "*", 15_000)).body()).getFirst();
    }

    private Frame recall(String topic, String handle) {
        return client.ask(RECALL, Map.of("producerGroup", "Producers", "topic", topic, "recallHandle", handle));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "TIMER_DELIVER_MS", "TIMER_DELAY_MS", "TIMER_DELAY_SEC", "POSTHORSE_DELIVER_MS", "POSTHORSE_DELAY_MS",
        "__STARTDELIVERTIME"
    })
    void aMessageIsDeliveredAtItsTimeAndNotBefore(String name) {
        long begin = System.currentTimeMillis();
        long due = begin + (name.endsWith("SEC") ? 1_000 : 300);
        long value = name.endsWith("SEC") ? 1 : name.contains("DELIVER") ? due : 300;
        assertEquals(0, send("TAGS\u0001red\u0002" + delay(name, value)).code());
        assertEquals(0, broker.end("T", 1), "invisible");
        Stored message = held();
        long now = System.currentTimeMillis();
        assertTrue(now >= due, "early by " + (due - now));
        assertEquals("later", message.text());
        assertEquals("T", message.properties().get("REAL_TOPIC"));
        assertEquals("1", message.properties().get("REAL_QID"));
        assertTrue(Long.parseLong(message.properties().get("TIMER_OUT_MS")) >= due);
        assertEquals(1, Stored.all(client.ask(PULL, pull("G", "T", 1, 0, "red", 0)).body()).size(), "its tag is filtered");
    }

    @Test
    void oneOfSeveralTimesTakesPrecedence() {
        String several = delay("__STARTDELIVERTIME", 1) + delay("TIMER_DELIVER_MS", 1)
                + delay("TIMER_DELAY_SEC", 900) + delay("TIMER_DELAY_MS", 1);
        assertEquals(0, send(several).code());
        assertEquals(0, send(delay("TIMER_DELAY_SEC", 900) + delay("DELAY", 1)).code());
        assertEquals(0, broker.end("T", 1));
        assertEquals("1", held().properties().get("DELAY"), "a level takes precedence over a time");
        assertEquals(1, broker.end("T", 1), "seconds take precedence over the other times");
    }

    @Test
    void levelsBeyondTheLimitsMeanNoneAndTheLast() {
        long end = broker.end("T", 1);
        assertEquals(0, send(delay("DELAY", 0)).code());
        assertEquals(0, send(delay("DELAY", -3)).code());
        assertEquals(end + 2, broker.end("T", 1));
        assertEquals(0, send(delay("DELAY", 99)).code());
        assertEquals(0, send("DELAY\u000199999999999999999999\u0002").code());
        assertEquals(end + 2, broker.end("T", 1), "they are waiting");
    }

    @Test
    void aPastTimeMeansNow() {
        assertNull(send(delay("TIMER_DELIVER_MS", 1)).field("recallHandle"));
        assertEquals(1, broker.end("T", 1));
        send(delay("TIMER_DELAY_SEC", 0));
        assertEquals(2, broker.end("T", 1));
    }

    @Test
    void anInvalidOrTooDistantTimeIsRefused() {
        assertEquals(13, send(delay("TIMER_DELAY_SEC", 1_001)).code());
        assertEquals(13, send(delay("TIMER_DELIVER_MS", System.currentTimeMillis() + 1_001_000)).code());
        assertEquals(13, send(delay("TIMER_DELAY_MS", -1)).code());
        assertEquals(13, send("TIMER_DELAY_SEC\u0001soon\u0002").code());
        assertEquals(13, send("TIMER_DELAY_SEC\u0001999999999999999999\u0002").code());
        assertEquals(13, send("DELAY\u0001soon\u0002").code());
        assertEquals(13, send("DELAY\u0001-\u0002").code());
        assertEquals(0, broker.end("T", 1));
    }

    @Test
    void theNumberOfWaitingMessagesIsLimited() {
        for (int i = 0; i < 3; i++) {
            assertEquals(0, send(delay("TIMER_DELAY_SEC", 900)).code());
        }
        Frame refused = send(delay("TIMER_DELAY_SEC", 900));
        assertEquals(14, refused.code());
        assertTrue(refused.remark().contains("delayed.max"), refused.remark());
        assertEquals(0, send("").code(), "other messages are accepted");
    }

    @Test
    void aMessageIsRecalledOnceByItsHandle() {
        Frame sent = send(delay("TIMER_DELAY_MS", 500));
        String handle = sent.field("recallHandle");
        assertNotNull(handle);
        String[] words = new String(Base64.getUrlDecoder().decode(handle), StandardCharsets.UTF_8).split(" ");
        assertEquals("v1", words[0]);
        assertEquals("T", words[1]);
        assertEquals(TestBroker.NAME, words[2]);

        broker.topic("Other", 1);
        assertEquals(604, recall("Other", handle).code());
        assertEquals(17, recall("Missing", handle).code());
        assertEquals(604, recall("T", "nonsense!").code());
        String forged = Base64.getUrlEncoder().encodeToString(("v1 T " + TestBroker.NAME + " 5 Else:0").getBytes());
        assertEquals(604, recall("T", forged).code());

        Frame taken = recall("T", handle);
        assertEquals(0, taken.code(), taken.remark());
        assertEquals("K", taken.field("msgId"));
        assertEquals(604, recall("T", handle).code(), "it was recalled before");
        send(delay("TIMER_DELAY_MS", 700));
        assertEquals(0, held().offset(), "only the second one was delivered");
        assertEquals(1, broker.end("T", 1));
    }

    @Test
    void aMessageWithANewOffsetIsRecalledToo() {
        send(delay("TIMER_DELAY_MS", 60_000));
        RecallHandle handle = RecallHandle.of(send(delay("TIMER_DELAY_MS", 60_000)).field("recallHandle"));
        RecallHandle before = new RecallHandle("T", TestBroker.NAME, handle.dueMs(), "K", handle.offset() + 1_000);
        assertEquals(0, recall("T", new String(before.bytes())).code(), "as after it was carried from an old segment");
        assertEquals(604, recall("T", new String(new RecallHandle("T", TestBroker.NAME, 5, "K", 1_000).bytes())).code());
    }

    @Test
    void waitingMessagesSurviveARestart() {
        String handle = send(delay("TIMER_DELAY_MS", 900)).field("recallHandle");
        send(delay("TIMER_DELAY_MS", 700));
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals(0, recall("T", handle).code());
        assertEquals("later", held().text());
        assertEquals(1, broker.end("T", 1));
    }
}
