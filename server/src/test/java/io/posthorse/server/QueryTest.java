package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries of messages by key (12). */
class QueryTest {
    private static final int QUERY = 12;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory, "messageDelayLevel=1s 5s");
        broker.topic("T", 2);
        broker.topic("Other", 1);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static String properties(String unique, String keys) {
        return "KEYS\u0001" + keys + "\u0002UNIQ_KEY\u0001" + unique + "\u0002TAGS\u0001red\u0002";
    }

    private Frame ask(String topic, String key, int most, long from, long to, boolean unique) {
        Map<String, String> fields = new HashMap<>(Map.of(
                "topic", topic, "key", key, "maxNum", "" + most, "beginTimestamp", "" + from, "endTimestamp", "" + to));
        if (unique) {
            fields.put("_UNIQUE_KEY_QUERY", "true");
        }
        return client.ask(QUERY, fields);
    }

    private List<String> found(String topic, String key) {
        Frame answer = ask(topic, key, 64, 0, Long.MAX_VALUE, false);
        assertTrue(answer.code() == 0 || answer.code() == 22, answer.remark());
        return Stored.all(answer.body()).stream().map(Stored::text).toList();
    }

    @Test
    void messagesAreFoundByUniqueKeyAndByEveryWordOfTheirKeys() {
        broker.sent("T", 0, properties("U1", "order-1 customer-7"), "one");
        broker.sent("T", 1, properties("U2", "order-2 customer-7"), "two");
        broker.sent("Other", 0, properties("U3", "order-1"), "three");

        assertEquals(List.of("one"), found("T", "order-1"));
        assertEquals(List.of("three"), found("Other", "order-1"));
        assertEquals(List.of("two", "one"), found("T", "customer-7"), "newest first");
        assertEquals(List.of("one"), found("T", "U1"));
        assertEquals(List.of(), found("T", "order"), "a part of a word does not match");
        assertEquals(List.of(), found("T", "order-1 customer-7"));
        assertEquals(List.of(), found("Missing", "order-1"));

        Frame unique = ask("T", "U2", 1, 0, Long.MAX_VALUE, true);
        Golden.assertLike("012_queryMessage", unique);
        assertEquals("two", Stored.all(unique.body()).getFirst().text());
        assertEquals(22, ask("T", "order-1", 64, 0, Long.MAX_VALUE, true).code(), "a key is not a unique key");
    }

    @Test
    void aUniqueKeyIsOneKeyWithAnyCharacters() {
        Frame sent = broker.sent("T", 0, properties("U 1", "k"), "x");
        assertEquals(List.of("x"), found("T", "U 1"));
        assertEquals(List.of(), found("T", "U"));

        Map<String, String> back = new HashMap<>(Map.of("offset", "" + position(sent)));
        back.putAll(Map.of("group", "G", "delayLevel", "1", "originTopic", "T", "unitMode", "false"));
        assertEquals(0, client.ask(36, back).code());
        Awaitility.await().until(() -> found("%RETRY%G", "U 1").equals(List.of("x")));
    }

    @Test
    void countAndTimeAreLimited() {
        long before = System.currentTimeMillis();
        for (int i = 0; i < 40; i++) {
            broker.sent("T", 0, properties("U" + i, "many"), "text " + i);
        }
        long after = System.currentTimeMillis();
        List<Stored> three = Stored.all(ask("T", "many", 3, before, after, false).body());
        assertEquals(List.of("text 39", "text 38", "text 37"), three.stream().map(Stored::text).toList());
        assertEquals(40, Stored.all(ask("T", "many", 64, before, after, false).body()).size());
        assertEquals(22, ask("T", "many", 64, 0, before - 1, false).code());
        assertEquals(22, ask("T", "many", 64, after + 1, Long.MAX_VALUE, false).code());
    }

    @Test
    void batchesAndRetriesAreFoundToo() {
        Frame sent = broker.sent("T", 0, properties("U", "k"), "x");
        Map<String, String> fields = new HashMap<>(Map.of("offset", "" + position(sent)));
        fields.putAll(Map.of("group", "G", "delayLevel", "1", "originTopic", "T", "unitMode", "false"));
        assertEquals(0, client.ask(36, fields).code());
        assertEquals(List.of(), found("%RETRY%G", "k"), "it is waiting");
        Awaitility.await().until(() -> found("%RETRY%G", "k").equals(List.of("x")));
        assertEquals(List.of("x"), found("T", "k"), "the original is another message");
    }

    private static long position(Frame sent) {
        String id = sent.field("msgId");
        return Long.parseLong(id.substring(id.length() - 16), 16);
    }

    @Test
    void waitingMessagesAreNotFoundBeforeTheirDelivery() {
        assertEquals(0, client.ask(
                SEND_SHORT, shortSend("T", 0, properties("U", "k") + "DELAY\u00011\u0002"), text("later")).code());
        assertEquals(List.of(), found("T", "k"));
        Awaitility.await().until(() -> found("T", "k").equals(List.of("later")));
    }

    @Test
    void messagesAreFoundAfterARestart() {
        broker.sent("T", 0, properties("U1", "k"), "before");
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        broker.sent("T", 0, properties("U2", "k"), "after");
        Awaitility.await().until(() -> found("T", "k").equals(List.of("after", "before")));
    }
}
