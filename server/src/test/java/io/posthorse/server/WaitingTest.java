package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of operators about waiting messages: 30001 to 30003 for delayed ones, 30011 to 30013 for transactions. */
class WaitingTest {
    private static final int LIST = 30_001;
    private static final int CANCEL = 30_002;
    private static final int RUN = 30_003;
    private static final int LIST_ASIDE = 30_011;
    private static final int RESUME = 30_012;
    private static final int DROP = 30_013;
    private static final int NEVER = 22;
    private static final int GONE = 604;
    private static final int MALFORMED = 29;
    private static final long HOUR = 3_600_000;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        open();
        broker.topic("T", 2);
        broker.topic("Other", 1);
    }

    private void open() {
        broker = TestBroker.start(
                directory, "transactionTimeOut=300", "transactionCheckInterval=100", "transactionCheckMax=2");
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void sendAt(String topic, String key, long due) {
        String unique = "U-" + key.substring(0, Math.min(9, key.length()));
        Frame sent = client.ask(SEND_SHORT, shortSend(topic, 0, "UNIQ_KEY\u0001" + unique
                + "\u0002KEYS\u0001" + key + "\u0002TAGS\u0001red\u0002TIMER_DELIVER_MS\u0001" + due + "\u0002"), text(key));
        assertEquals(0, sent.code(), sent.remark());
    }

    private JsonValue.Obj list(int code, String... fields) {
        return list(client, code, fields);
    }

    private static JsonValue.Obj list(RawClient by, int code, String... fields) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            all.put(fields[i], fields[i + 1]);
        }
        Frame answer = by.ask(code, all);
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject();
    }

    private static List<String> each(JsonValue.Obj page, String name) {
        return page.array("messages").stream().map(m -> m.asObject().text(name, null)).toList();
    }

    private String id(int code, String key) {
        return list(code).array("messages").stream().map(JsonValue::asObject)
                .filter(m -> key.equals(m.text("keys", null))).findFirst().orElseThrow().text("id", null);
    }

    private Frame act(int code, String id) {
        return client.ask(code, Map.of("id", id));
    }

    @Test
    void delayedMessagesAreListedByDueTime() {
        long now = System.currentTimeMillis();
        sendAt("T", "late", now + 3 * HOUR);
        sendAt("Other", "middle", now + 2 * HOUR);
        sendAt("T", "early", now + HOUR);
        JsonValue.Obj all = list(LIST);
        assertEquals(List.of("early", "middle", "late"), each(all, "keys"));
        assertEquals(3, all.number("waiting", 0));
        assertNull(all.get("next"));
        JsonValue.Obj first = all.array("messages").getFirst().asObject();
        assertEquals(now + HOUR, first.number("deliverTimestamp", 0));
        assertEquals("T", first.text("topic", null));
        assertEquals(0, first.number("queueId", -1));
        assertEquals("U-early", first.text("msgId", null));
        assertEquals("red", first.text("tags", null));
        assertEquals(5, first.number("bodySize", 0));
        assertEquals(1_700_000_000_000L, first.number("bornTimestamp", 0));

        assertEquals(List.of("early", "late"), each(list(LIST, "topic", "T"), "keys"));
        assertEquals(List.of(), each(list(LIST, "topic", "Missing"), "keys"));
        assertEquals(List.of("middle", "late"), each(list(LIST, "from", "" + (now + 2 * HOUR)), "keys"));
        assertEquals(List.of("early"), each(list(LIST, "to", "" + (now + 2 * HOUR)), "keys"), "the end is not included");
        assertEquals(List.of("late"),
                each(list(LIST, "topic", "T", "from", "" + (now + 2 * HOUR), "to", "" + (now + 9 * HOUR)), "keys"));
        assertEquals(List.of("early", "middle", "late"), each(list(broker.client(true), LIST), "keys"), "binary header");
    }

    @Test
    void listsHavePagesOfALimitedSize() {
        long due = System.currentTimeMillis() + HOUR;
        Set<String> sent = new TreeSet<>();
        for (int i = 0; i < 1_050; i++) {
            sendAt("T", "k" + i, due + i % 7);
            sent.add("k" + i);
        }
        JsonValue.Obj first = list(LIST, "limit", "5000");
        assertEquals(1_000, first.array("messages").size(), "for any larger limit");
        assertEquals(1_050, first.number("waiting", 0));
        JsonValue.Obj second = list(LIST, "limit", "1000", "token", first.text("next", null));
        assertNull(second.get("next"));
        List<String> both = new ArrayList<>(each(first, "keys"));
        both.addAll(each(second, "keys"));
        assertEquals(1_050, both.size());
        assertEquals(sent, new TreeSet<>(both));
        assertEquals(100, list(LIST).array("messages").size(), "without a limit");
        assertEquals(List.of(), each(list(LIST, "topic", "Other", "limit", "5"), "keys"));

        assertEquals(MALFORMED, client.ask(LIST, Map.of("limit", "0")).code());
        assertEquals(MALFORMED, client.ask(LIST, Map.of("limit", "many")).code());
        assertEquals(MALFORMED, client.ask(LIST, Map.of("token", "nonsense")).code());
        assertEquals(MALFORMED, client.ask(LIST, Map.of("token", "1.x")).code());
    }

    @Test
    void longKeysMakeAPageShorter() {
        String keys = "x".repeat(30_000);
        for (int i = 0; i < 40; i++) {
            sendAt("T", keys + i, System.currentTimeMillis() + HOUR);
        }
        JsonValue.Obj first = list(LIST);
        int count = first.array("messages").size();
        assertTrue(count > 30 && count < 40, "" + count);
        assertEquals(40 - count, list(LIST, "token", first.text("next", null)).array("messages").size());
    }

    @Test
    void aCancelledMessageIsNeverDelivered() {
        long due = System.currentTimeMillis() + 1_500;
        sendAt("T", "stays", due);
        sendAt("T", "goes", due);
        String id = id(LIST, "goes");
        Frame foreign = client.ask(CANCEL, Map.of("id", id, "topic", "Other"));
        assertEquals(GONE, foreign.code());
        assertTrue(foreign.remark().contains("of topic T, not of topic Other"), foreign.remark());
        Frame done = client.ask(CANCEL, Map.of("id", id, "topic", "T"));
        assertEquals(0, done.code(), done.remark());
        assertEquals("T", done.field("topic"));
        assertEquals("U-goes", done.field("msgId"));
        assertEquals(List.of("stays"), each(list(LIST), "keys"));
        for (int code : new int[] {CANCEL, RUN}) {
            Frame again = act(code, id);
            assertEquals(GONE, again.code());
            assertTrue(again.remark().contains("no longer waits"), again.remark());
        }
        List<Stored> came = Stored.all(client.ask(PULL, pull("G", "T", 0, 0, "*", 15_000), NO_BODY).body());
        assertEquals(List.of("stays"), came.stream().map(Stored::text).toList());
        assertEquals(1, broker.end("T", 0));
    }

    @Test
    void aMessageRunNowIsDeliveredAtOnceAndOnce() {
        sendAt("T", "soon", System.currentTimeMillis() + HOUR);
        String id = id(LIST, "soon");
        assertEquals(0, act(RUN, id).code());
        List<Stored> came = Stored.all(client.ask(PULL, pull("G", "T", 0, 0, "red", 15_000), NO_BODY).body());
        assertEquals(List.of("soon"), came.stream().map(Stored::text).toList());
        assertEquals(0, list(LIST).number("waiting", -1));
        for (int code : new int[] {CANCEL, RUN}) {
            Frame again = act(code, id);
            assertEquals(GONE, again.code());
            assertTrue(again.remark().contains("was delivered"), again.remark());
        }
        assertEquals(1, broker.end("T", 0));
    }

    @Test
    void unknownIdsAreReported() {
        sendAt("T", "k", System.currentTimeMillis() + HOUR);
        for (int code : new int[] {CANCEL, RUN, RESUME, DROP}) {
            Frame never = act(code, "99");
            assertEquals(NEVER, never.code(), never.remark());
            assertTrue(never.remark().contains("ever had the id 99"), never.remark());
            assertEquals(MALFORMED, client.ask(code, Map.of()).code());
            assertEquals(MALFORMED, act(code, "-1").code());
            assertEquals(MALFORMED, act(code, "first").code());
        }
        assertEquals(1, list(LIST).number("waiting", 0));
    }

    @Test
    void aMessageOfADeletedTopicCannotBeDelivered() {
        sendAt("Other", "k", System.currentTimeMillis() + HOUR);
        String id = id(LIST, "k");
        assertEquals(0, client.ask(215, Map.of("topic", "Other")).code());
        Frame answer = act(RUN, id);
        assertEquals(17, answer.code(), answer.remark());
        assertEquals(GONE, act(CANCEL, id).code());
        assertEquals(List.of(), each(list(LIST), "keys"));
    }

    @Test
    void idsSurviveARestart() {
        sendAt("T", "a", System.currentTimeMillis() + HOUR);
        sendAt("T", "b", System.currentTimeMillis() + 2 * HOUR);
        String id = id(LIST, "a");
        assertEquals(0, act(CANCEL, id).code());
        String other = id(LIST, "b");
        broker.close();
        open();
        assertEquals(GONE, act(CANCEL, id).code());
        assertEquals(other, id(LIST, "b"));
        assertEquals(0, act(RUN, other).code());
        assertEquals(1, broker.end("T", 0));
    }

    /** Cancellations that race with deliveries: each message is either cancelled or delivered, as the answer says. */
    @Test
    void aLateCancellationReportsTheDelivery() {
        long due = System.currentTimeMillis() + 1_000;
        for (int i = 0; i < 300; i++) {
            sendAt("T", "k" + i, due + i);
        }
        Map<String, String> keys = new HashMap<>();
        list(LIST, "limit", "1000").array("messages").stream().map(JsonValue::asObject)
                .forEach(m -> keys.put(m.text("id", null), m.text("keys", null)));
        List<String> ids = List.copyOf(keys.keySet());
        Awaitility.await().until(() -> broker.end("T", 0) > 20);
        Set<String> cancelled = new TreeSet<>();
        for (String id : ids) {
            Frame answer = act(CANCEL, id);
            assertTrue(answer.code() == 0 || answer.code() == GONE, answer.remark());
            if (answer.code() == 0) {
                cancelled.add(keys.get(id));
            }
        }
        int expected = keys.size() - cancelled.size();
        assertTrue(expected > 20, "none was delivered before");
        assertEquals(0, list(LIST).number("waiting", -1));
        Set<String> came = new TreeSet<>();
        for (long at = 0; at < broker.end("T", 0); at = came.size()) {
            broker.read("T", 0, at).forEach(m -> assertTrue(came.add(m.text()), m.text()));
        }
        assertEquals(expected, came.size());
        came.retainAll(cancelled);
        assertEquals(Set.of(), came);
    }

    // ---- transactions

    private void setAside(RawClient producer, String topic, String... keys) {
        for (String key : keys) {
            Map<String, String> fields = shortSend(topic, 0, "UNIQ_KEY\u0001U-" + key + "\u0002KEYS\u0001" + key
                    + "\u0002TRAN_MSG\u0001true\u0002PGROUP\u0001Producers"
                    + "\u0002CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002");
            fields.put("f", "4");
            assertEquals(0, client.ask(SEND_SHORT, fields, text(key)).code());
        }
        for (int i = 0; i < 2 * keys.length; i++) {
            assertEquals(39, producer.push().code());
        }
        Awaitility.await().until(() -> list(LIST_ASIDE).array("messages").stream()
                .map(m -> m.asObject().text("keys", null)).collect(Collectors.toSet()).containsAll(List.of(keys)));
    }

    private RawClient producer() {
        RawClient producer = broker.client();
        producer.ask(34, Map.of(), text("{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"Producers\"}]}"));
        return producer;
    }

    @Test
    void transactionsThatWereSetAsideAreListed() {
        long before = System.currentTimeMillis();
        RawClient producer = producer();
        setAside(producer, "T", "a");
        setAside(producer, "Other", "b");
        setAside(producer, "T", "c");
        JsonValue.Obj all = list(LIST_ASIDE);
        assertEquals(List.of("a", "b", "c"), each(all, "keys"));
        assertEquals(3, all.number("waiting", 0));
        JsonValue.Obj first = all.array("messages").getFirst().asObject();
        assertEquals("Producers", first.text("producerGroup", null));
        long aside = first.number("setAsideTimestamp", 0);
        assertTrue(aside >= before && aside <= System.currentTimeMillis(), "" + aside);
        assertNull(first.get("deliverTimestamp"));
        assertEquals(List.of("a", "c"), each(list(LIST_ASIDE, "topic", "T"), "keys"));
        assertEquals(List.of("b", "c"), each(list(LIST_ASIDE, "from", "" + (aside + 1)), "keys"));
        assertEquals(List.of("a"), each(list(LIST_ASIDE, "to", "" + (aside + 1)), "keys"));
        JsonValue.Obj page = list(LIST_ASIDE, "limit", "2");
        assertEquals(List.of("a", "b"), each(page, "keys"));
        assertEquals(List.of("c"), each(list(LIST_ASIDE, "limit", "2", "token", page.text("next", null)), "keys"));
        assertEquals(0, list(LIST).number("waiting", -1), "they are not delayed messages");
    }

    @Test
    void aResumedTransactionIsCheckedAgainAndADroppedOneNever() {
        RawClient producer = producer();
        setAside(producer, "T", "good", "bad");
        String good = id(LIST_ASIDE, "good");
        String bad = id(LIST_ASIDE, "bad");
        assertEquals(GONE, client.ask(DROP, Map.of("id", bad, "topic", "Other")).code());
        Frame dropped = act(DROP, bad);
        assertEquals(0, dropped.code(), dropped.remark());
        assertEquals("U-bad", dropped.field("msgId"));
        assertEquals(0, act(RESUME, good).code());
        assertEquals(List.of(), each(list(LIST_ASIDE), "keys"));
        for (String id : new String[] {good, bad}) {
            for (int code : new int[] {RESUME, DROP}) {
                Frame again = act(code, id);
                assertEquals(GONE, again.code());
                assertTrue(again.remark().contains("no longer set aside"), again.remark());
            }
        }
        Frame question = producer.push();
        assertEquals("U-good", question.field("msgId"));
        producer.sendOneWay(37, Map.of(
                "producerGroup", "Producers", "tranStateTableOffset", question.field("tranStateTableOffset"),
                "commitLogOffset", question.field("commitLogOffset"), "commitOrRollback", "8",
                "fromTransactionCheck", "true", "msgId", "U-good", "transactionId", "U-good"), NO_BODY);
        List<Stored> came = Stored.all(client.ask(PULL, pull("G", "T", 0, 0, "*", 15_000), NO_BODY).body());
        assertEquals(List.of("good"), came.stream().map(Stored::text).toList());
        assertEquals(1, broker.end("T", 0));
    }

    @Test
    void aTransactionWithoutATopicStaysSetAsideUntilItIsDropped() {
        setAside(producer(), "Other", "k");
        String id = id(LIST_ASIDE, "k");
        assertEquals(0, client.ask(215, Map.of("topic", "Other")).code());
        assertEquals(17, act(RESUME, id).code());
        broker.close();
        open();
        assertEquals(List.of("k"), each(list(LIST_ASIDE), "keys"), "also after a restart");
        assertEquals(0, act(DROP, id).code());
        assertEquals(0, list(LIST_ASIDE).number("waiting", -1));
    }

    @Test
    void withAccessControlOnlyAdministratorsHavePermission(@TempDir Path other) {
        try (Users users = Users.start(other)) {
            users.user("ann", "Topic:* All Allow", "Group:* All Allow");
            users.user("looker", "Cluster:* Get Allow").user("operator", "Cluster:* Get,Update Allow");
            for (int code : new int[] {LIST, LIST_ASIDE}) {
                assertEquals(16, users.broker().client().ask(code, Map.of()).code(), "not signed");
                assertEquals(16, users.client("ann").ask(code, Map.of()).code());
                assertEquals(0, users.client("looker").ask(code, Map.of()).code());
                assertEquals(0, users.root().ask(code, Map.of()).code());
            }
            for (int code : new int[] {CANCEL, RUN, RESUME, DROP}) {
                assertEquals(16, users.client("ann").ask(code, Map.of("id", "1")).code());
                assertEquals(16, users.client("looker").ask(code, Map.of("id", "1")).code());
                assertEquals(NEVER, users.client("operator").ask(code, Map.of("id", "1")).code());
                assertEquals(NEVER, users.root().ask(code, Map.of("id", "1")).code());
            }
        }
    }
}
