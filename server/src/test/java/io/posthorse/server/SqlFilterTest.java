package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions by SQL92 expressions over a socket: matches, held requests and refusals. */
class SqlFilterTest {
    private static final int HEARTBEAT = 34;
    private static final int CHECK = 46;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        restart();
        broker.topic("T", 2);
    }

    private void restart(String... sets) {
        if (broker != null) {
            broker.close();
        }
        broker = TestBroker.start(directory, sets);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static Map<String, String> sql(int queue, long offset, String expression, long suspendMs) {
        Map<String, String> fields = pull("G", "T", queue, offset, expression, suspendMs);
        fields.put("expressionType", "SQL92");
        return fields;
    }

    private static String properties(String... namesAndValues) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.append(namesAndValues[i]).append('\u0001').append(namesAndValues[i + 1]).append('\u0002');
        }
        return out.toString();
    }

    private static byte[] heartbeat(String type, String expression) {
        return text(new String(TestBroker.heartbeat("c", "G", "T", expression, 1))
                .replace("\"expressionType\":\"TAG\"", "\"expressionType\":\"" + type + "\"")
                .replace("\"subscriptionDataSet\":[", "\"subscriptionDataSet\":[{\"topic\":\"%RETRY%G\","
                        + "\"subString\":\"*\",\"subVersion\":1,\"expressionType\":\"TAG\"},"));
    }

    private Frame check(String type, String expression) {
        return client.ask(CHECK, Map.of(), text("{\"clientId\":\"c\",\"group\":\"G\",\"subscriptionData\":{\"topic\":"
                + "\"T\",\"subString\":\"" + expression + "\",\"expressionType\":\"" + type + "\"}}"));
    }

    private static List<String> texts(Frame answer) {
        return Stored.all(answer.body()).stream().map(Stored::text).toList();
    }

    @ParameterizedTest
    @CsvSource({"11,false", "11,true", "361,false", "361,true"})
    void exactlyTheMatchingMessagesAreReturned(int code, boolean binary) {
        broker.sent("T", 0, properties("a", "1", "TAGS", "red"), "one");
        broker.sent("T", 0, properties("a", "2", "b", "订单"), "two");
        broker.sent("T", 0, "a\u00013", "three, without the last separator");
        broker.sent("T", 0, "", "four, without properties");
        broker.sent("T", 0, properties("a", "1", "a", "9", "a", ""), "five, the last a with a value counts");
        broker.sent("T", 0, properties("x", "1", "a", ""), "six, with an empty a");
        RawClient other = broker.client(binary);

        Frame found = other.ask(code, sql(0, 0, "a >= 2", 0));
        Golden.assertLike("011_pull_found", found);
        assertEquals(List.of("two", "three", "five"), texts(found).stream().map(t -> t.split(",")[0]).toList());
        assertEquals("6", found.field("nextBeginOffset"));
        assertEquals("6", found.field("maxOffset"));
        assertEquals(List.of("two"), texts(other.ask(code, sql(0, 0, "b = '订单'", 0))));
        assertEquals(List.of("one"), texts(other.ask(code, sql(0, 0, "TAGS IN ('red')", 0))));
        assertEquals(2, texts(other.ask(code, sql(0, 0, "a IS NULL", 0))).size());
        Frame none = other.ask(code, sql(0, 2, "a = 2", 10_000));
        assertEquals(20, none.code());
        assertEquals("6", none.field("nextBeginOffset"));
    }

    @Test
    void countAndBytesAreLimited() {
        for (int i = 0; i < 10; i++) {
            broker.sent("T", 0, properties("a", "" + i % 2), i + "x".repeat(1_000));
        }
        Map<String, String> request = sql(0, 0, "a = 1", 0);
        request.put("maxMsgNums", "2");
        Frame two = client.ask(PULL, request);
        assertEquals(List.of('1', '3'), texts(two).stream().map(t -> t.charAt(0)).toList());
        assertEquals("4", two.field("nextBeginOffset"));
        request.put("maxMsgBytes", "10");
        Frame one = client.ask(PULL, request);
        assertEquals(1, texts(one).size());
        assertEquals("3", one.field("nextBeginOffset"));
    }

    @Test
    void theHeartbeatsExpressionFiltersAllButRetries() {
        broker.sent("T", 0, properties("a", "1"), "one");
        broker.sent("T", 0, properties("a", "2"), "two");
        broker.sent("%RETRY%G", 0, properties("a", "1"), "again");
        assertEquals(0, client.ask(HEARTBEAT, Map.of(), heartbeat("SQL92", "a = 2")).code());
        Map<String, String> request = pull("G", "T", 0, 0, "ignored", 0);
        request.put("sysFlag", "0");
        assertEquals(List.of("two"), texts(client.ask(PULL, request)));
        request.put("topic", "%RETRY%G");
        assertEquals(List.of("again"), texts(client.ask(PULL, request)));

        Frame listed = client.ask(203, Map.of("consumerGroup", "G"));
        assertTrue(new String(listed.body()).contains("\"expressionType\":\"SQL92\",\"subString\":\"a = 2\""));
    }

    @Test
    void groupsWithTagsAndWithExpressionsAreIndependent() {
        broker.sent("T", 0, properties("a", "1", "TAGS", "red"), "one");
        broker.sent("T", 0, properties("a", "2", "TAGS", "blue"), "two");
        int bySql = client.send(PULL, sql(0, 2, "a = 3", 60_000), NO_BODY);
        int byTag = client.send(PULL, pull("H", "T", 0, 2, "green", 60_000), NO_BODY);
        assertEquals(List.of("two"), texts(client.ask(PULL, sql(0, 0, "a = 2", 0))));
        assertEquals(List.of("one"), texts(client.ask(PULL, pull("H", "T", 0, 0, "red", 0))));
        broker.sent("T", 0, properties("a", "1", "TAGS", "green"), "three");
        assertEquals(List.of("three"), texts(client.answer(byTag)));
        broker.sent("T", 0, properties("a", "3", "TAGS", "red"), "four");
        assertEquals(List.of("four"), texts(client.answer(bySql)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeldRequestIsAnsweredByAMatchOnly(boolean binary) {
        RawClient held = broker.client(binary);
        int request = held.send(PULL, sql(0, 0, "a > 5", 60_000), NO_BODY);
        assertEquals(0, held.ask(HEARTBEAT, Map.of(), heartbeat("SQL92", "a > 5")).code());
        for (String a : List.of("1", "x", "3000000000")) {
            broker.sent("T", 0, properties("a", a), "no match");
        }
        broker.sent("T", 0, "", "no match");
        assertEquals(0, held.ask(38, Map.of("consumerGroup", "G")).code()); // no pull was answered before this
        broker.sent("T", 0, properties("a", "6"), "a match");

        Frame answer = held.answer(request);
        assertEquals(List.of("a match"), texts(answer));
        assertEquals("5", answer.field("nextBeginOffset"));
    }

    @Test
    void aHeldRequestWithoutAMatchEndsBehindTheSkippedMessages() {
        int request = client.send(PULL, sql(0, 0, "a > 5", 2_000), NO_BODY);
        assertEquals(0, client.ask(HEARTBEAT, Map.of(), heartbeat("SQL92", "a > 5")).code());
        broker.sent("T", 0, properties("a", "1"), "no match");
        Frame answer = client.answer(request);
        assertEquals(19, answer.code());
        assertEquals("1", answer.field("nextBeginOffset"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "a > 'x'|5", "b != 1|3", "a BETWEEN 5 AND 1|11", "a = 0.0|5", "*|1", "\"\"|1"})
    void aBadExpressionIsRefusedWithAReason(String wrong, int column) {
        for (Frame refusal : List.of(check("SQL92", wrong), client.ask(PULL, sql(0, 0, wrong, 10_000)))) {
            assertEquals(23, refusal.code());
            assertTrue(refusal.remark().startsWith("The SQL92 expression of the subscription is invalid, column " + column
                    + ": "), refusal.remark());
        }
        assertEquals(0, client.ask(HEARTBEAT, Map.of(), heartbeat("SQL92", wrong)).code());
        Map<String, String> request = pull("G", "T", 0, 0, "ignored", 0);
        request.put("sysFlag", "0");
        assertEquals(23, client.ask(PULL, request).code());
    }

    @Test
    void secT24ExpensiveExpressionsAreRefused() {
        for (String bomb : List.of("(".repeat(16_000), "NOT ".repeat(100) + "TRUE", "a=1 OR ".repeat(2_000) + "a=1",
                "a IN ('x'" + ",'x'".repeat(2_000) + ")", "a = '" + "x".repeat(100_000) + "'")) {
            assertEquals(23, check("SQL92", bomb).code());
            assertEquals(0, client.ask(HEARTBEAT, Map.of(), heartbeat("SQL92", bomb)).code());
        }
        assertEquals(0, check("SQL92", "a = 1").code());
    }

    @Test
    void otherTypesAreRefused() {
        for (String type : List.of("GROOVY", "TAGS", "sql92")) {
            assertEquals(1, check(type, "a = 1").code());
            Map<String, String> request = sql(0, 0, "a = 1", 0);
            request.put("expressionType", type);
            assertEquals(1, client.ask(PULL, request).code());
        }
        assertEquals(0, check("TAG", "red").code());
        assertEquals(0, check("", "red").code());
    }

    @Test
    void theOperatorCanTurnItOff() {
        restart("enablePropertyFilter=false");
        assertEquals(1, check("SQL92", "a = 1").code());
        assertTrue(check("SQL92", "a = 1").remark().contains("enablePropertyFilter"));
        assertEquals(1, client.ask(PULL, sql(0, 0, "a = 1", 0)).code());
        assertEquals(19, client.ask(PULL, pull("G", "T", 0, 0, "red", 0)).code());
    }

    @Test
    void aRareMatchIsSearchedInParts() {
        for (int i = 0; i < 4_500; i++) {
            client.send(SEND_SHORT, shortSend("T", 0, properties("a", "" + i)), new byte[1]);
        }
        IntStream.range(0, 4_500).forEach(i -> assertEquals(0, client.next().code()));
        List<Long> places = new ArrayList<>();
        Frame answer = client.ask(PULL, sql(0, 0, "a = 4400", 0));
        while (answer.code() == 20) {
            places.add(answer.number("nextBeginOffset", -1));
            answer = client.ask(PULL, sql(0, places.getLast(), "a = 4400", 0));
        }
        assertEquals(List.of(2_000L, 4_000L), places);
        assertEquals(4_400, Stored.all(answer.body()).getFirst().offset());
    }

    @Test
    void oldMessagesFromTheDiskAreFiltered() {
        restart("read.hot.bytes=1048576", "mappedFileSizeCommitLog=1048576");
        int count = 900;
        for (int i = 0; i < count; i++) {
            Frame sent = client.ask(SEND_SHORT, shortSend("T", 1, properties("a", "" + i % 10)),
                    text(i + "x".repeat(8_000)));
            assertEquals(0, sent.code(), sent.remark());
        }
        Map<Integer, Integer> codes = new HashMap<>();
        List<Long> found = new ArrayList<>();
        long offset = 0;
        while (offset < count) {
            Frame answer = client.ask(PULL, sql(1, offset, "a = 3 AND TAGS IS NULL", 0));
            codes.merge(answer.code(), 1, Integer::sum);
            Stored.all(answer.body()).forEach(m -> found.add(m.offset()));
            assertTrue(answer.number("nextBeginOffset", -1) > offset, "the offset advances");
            offset = answer.number("nextBeginOffset", -1);
        }
        assertEquals(IntStream.range(0, count / 10).mapToObj(i -> i * 10L + 3).toList(), found);
        Frame none = client.ask(PULL, sql(1, 0, "a = 11", 0));
        assertEquals(20, none.code());
        assertTrue(none.number("nextBeginOffset", -1) > 500, "the offset is behind the old messages");
    }
}
