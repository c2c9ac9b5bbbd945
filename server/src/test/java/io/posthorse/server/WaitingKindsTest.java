package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of delay levels and undecided transactions: listed (30001, 30011 with a kind), but not changed by commands. */
class WaitingKindsTest {
    private static final int LIST = 30_001;
    private static final int LIST_TRANSACTIONS = 30_011;
    private static final long HOUR = 3_600_000;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        open();
        broker.topic("T", 1);
        broker.topic("Other", 1);
    }

    private void open() {
        broker = TestBroker.start(
                directory, "messageDelayLevel=1s 1h 2h", "transactionTimeOut=300", "transactionCheckInterval=100");
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void send(String topic, String key, String properties, int systemFlag) {
        Map<String, String> fields = shortSend(topic, 0, "UNIQ_KEY\u0001U-" + key + "\u0002KEYS\u0001" + key + "\u0002"
                + properties);
        fields.put("f", "" + systemFlag);
        Frame sent = client.ask(SEND_SHORT, fields, text(key));
        assertEquals(0, sent.code(), sent.remark());
    }

    private void level(String topic, String key, int level) {
        send(topic, key, "DELAY\u0001" + level + "\u0002", 0);
    }

    private void prepare(String topic, String key, String properties) {
        send(topic, key, "TRAN_MSG\u0001true\u0002PGROUP\u0001Producers\u0002" + properties, 4);
    }

    private JsonValue.Obj page(int code, String kind, String... fields) {
        Map<String, String> all = new HashMap<>(Map.of("kind", kind));
        for (int i = 0; i < fields.length; i += 2) {
            all.put(fields[i], fields[i + 1]);
        }
        Frame answer = client.ask(code, all);
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject();
    }

    /** Returns the complete list, page by page. */
    private List<JsonValue.Obj> all(int code, String kind, String... fields) {
        List<JsonValue.Obj> found = new ArrayList<>();
        List<String> asked = new ArrayList<>(List.of(fields));
        for (String token = ""; token != null; ) {
            List<String> more = new ArrayList<>(asked);
            more.addAll(List.of("token", token));
            JsonValue.Obj page = page(code, kind, more.toArray(String[]::new));
            page.array("messages").forEach(m -> found.add(m.asObject()));
            token = page.text("next", null);
        }
        return found;
    }

    private static List<String> each(List<JsonValue.Obj> rows, String name) {
        return rows.stream().map(row -> row.text(name, null)).toList();
    }

    @Test
    void levelsAreListedOneAfterTheOther() {
        long before = System.currentTimeMillis();
        level("T", "a", 3);
        level("Other", "b", 2);
        level("T", "c", 3);
        level("T", "d", 2);
        List<JsonValue.Obj> rows = all(LIST, "level");
        assertEquals(List.of("b", "d", "a", "c"), each(rows, "keys"));
        assertEquals(List.of("L2.0", "L2.1", "L3.0", "L3.1"), each(rows, "id"));
        long due = rows.get(2).number("deliverTimestamp", 0);
        assertTrue(due >= before + 2 * HOUR && due <= System.currentTimeMillis() + 2 * HOUR, "" + due);
        assertEquals("T", rows.get(2).text("topic", null));
        assertEquals(4, page(LIST, "level").number("waiting", -1));
        assertEquals(0, page(LIST, "time").number("waiting", -1), "they have no delivery time of their own");

        assertEquals(List.of("b", "d", "a", "c"), each(all(LIST, "level", "limit", "1"), "keys"), "page by page");
        assertEquals(List.of("d", "a", "c"), each(all(LIST, "level", "topic", "T"), "keys"));
        assertEquals(List.of("b", "d"), each(all(LIST, "level", "to", "" + (before + 2 * HOUR)), "keys"));
        assertEquals(List.of("a", "c"), each(all(LIST, "level", "from", "" + (before + 2 * HOUR)), "keys"));
    }

    @Test
    void deliveredMessagesAreNotListed() {
        level("T", "late", 2);
        level("T", "soon", 1);
        assertEquals(List.of("soon", "late"), each(all(LIST, "level"), "keys"));
        Awaitility.await().until(() -> broker.end("T", 0) == 1);
        assertEquals(List.of("late"), each(all(LIST, "level"), "keys"));
        assertEquals(1, page(LIST, "level").number("waiting", -1));
        broker.close();
        open();
        assertEquals(List.of("L2.0"), each(all(LIST, "level"), "id"), "after a restart");
    }

    @Test
    void messagesAtADelayLevelCannotBeCancelled() {
        level("T", "a", 2);
        for (int code : new int[] {30_002, 30_003}) {
            Frame answer = client.ask(code, Map.of("id", "L2.0"));
            assertEquals(604, answer.code());
            assertTrue(answer.remark().startsWith("message L2.0 waits at a delay level"), answer.remark());
            assertTrue(answer.remark().endsWith("Nothing was changed."), answer.remark());
        }
        assertEquals(List.of("a"), each(all(LIST, "level"), "keys"));
    }

    @Test
    void undecidedTransactionsAreListedUntilTheyAreDecided() {
        RawClient producer = broker.client();
        producer.ask(34, Map.of(), text("{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"Producers\"}]}"));
        long before = System.currentTimeMillis();
        prepare("T", "late", "CHECK_IMMUNITY_TIME_IN_SECONDS\u0001600\u0002");
        prepare("Other", "asked", "CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002");
        Frame question = producer.push();
        Awaitility.await().until(() -> all(LIST_TRANSACTIONS, "undecided").get(1).number("asked", 0) > 0);
        List<JsonValue.Obj> rows = all(LIST_TRANSACTIONS, "undecided");
        assertEquals(List.of("late", "asked"), each(rows, "keys"));
        assertEquals(List.of("U0", "U1"), each(rows, "id"));
        assertEquals("Producers", rows.getFirst().text("producerGroup", null));
        assertEquals(0, rows.getFirst().number("asked", -1));
        assertTrue(rows.getFirst().number("nextCheckTimestamp", 0) >= before + 600_000, "" + rows);
        assertTrue(rows.getFirst().number("preparedTimestamp", 0) >= before, "" + rows);
        assertNull(rows.getFirst().get("setAsideTimestamp"));
        assertEquals(List.of("asked"), each(all(LIST_TRANSACTIONS, "undecided", "topic", "Other"), "keys"));
        assertEquals(List.of("late", "asked"), each(all(LIST_TRANSACTIONS, "undecided", "limit", "1"), "keys"));
        assertEquals(0, page(LIST_TRANSACTIONS, "set-aside").number("waiting", -1));
        for (int code : new int[] {30_012, 30_013}) {
            Frame answer = client.ask(code, Map.of("id", "U0"));
            assertEquals(604, answer.code());
            assertTrue(answer.remark().startsWith("message U0 is undecided"), answer.remark());
        }
        producer.sendOneWay(37, Map.of(
                "producerGroup", "Producers", "tranStateTableOffset", question.field("tranStateTableOffset"),
                "commitLogOffset", question.field("commitLogOffset"), "commitOrRollback", "8",
                "fromTransactionCheck", "true", "msgId", "U-asked", "transactionId", "U-asked"), NO_BODY);
        Awaitility.await().until(() -> each(all(LIST_TRANSACTIONS, "undecided"), "keys").equals(List.of("late")));
        assertEquals(1, page(LIST_TRANSACTIONS, "undecided").number("waiting", -1));
    }

    @Test
    void anUnknownKindIsRefused() {
        for (Map<String, String> fields : List.of(
                Map.of("kind", "undecided"), Map.of("kind", "level", "token", "99.0"),
                Map.of("kind", "level", "token", "-1.0"))) {
            Frame answer = client.ask(LIST, fields);
            assertEquals(29, answer.code(), "" + fields);
            assertFalse(answer.remark().isEmpty());
        }
        assertEquals(29, client.ask(LIST_TRANSACTIONS, Map.of("kind", "level")).code());
    }
}
