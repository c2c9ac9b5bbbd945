package io.posthorse.server;

import static io.posthorse.server.Loan.loans;
import static io.posthorse.server.Loan.request;
import static io.posthorse.server.Loan.settling;
import static io.posthorse.server.Loan.texts;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are lent (200050 to 200055, 200151), and the assignment of queues (400 to 402). */
class PopTest {
    private static final int POP = 200_050;
    private static final int ACK = 200_051;
    private static final int PEEK = 200_052;
    private static final int CHANGE = 200_053;
    private static final int NOTIFICATION = 200_054;
    private static final int POLLING = 200_055;
    private static final int ACK_BATCH = 200_151;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        open();
        broker.topic("T", 1);
        broker.topic("Wide", 3);
    }

    private void open() {
        broker = TestBroker.start(directory);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private List<Loan> pop(Map<String, String> request) {
        return loans(client.ask(POP, request));
    }

    private List<Loan> pop(int count, long leaseMs, long pollMs) {
        return pop(request("T", count, leaseMs, pollMs));
    }

    private int ack(Loan loan) {
        return client.ask(ACK, settling("T", loan)).code();
    }

    @Test
    void onlyUnsettledMessagesAreLentAgain() {
        broker.sent("T", 0, "", "one");
        broker.sent("T", 0, "", "two");
        broker.sent("T", 0, "", "three");
        List<Loan> first = pop(2, 400, 0);
        assertEquals(List.of("one", "two"), texts(first));
        assertEquals(List.of("three"), texts(pop(2, 60_000, 0)), "lent messages are invisible to others");
        assertEquals(List.of(), pop(2, 400, 0));
        assertEquals(0, ack(first.getFirst()));
        List<Loan> again = pop(2, 60_000, 5_000);
        assertEquals(List.of("two"), texts(again));
        assertEquals(1, again.getFirst().message().reconsumeTimes(), "it contains the number of attempts");
        assertEquals(208, ack(first.get(1)), "the first receipt is outdated");
        assertEquals(0, ack(again.getFirst()));
        assertEquals(0, ack(again.getFirst()), "settling twice is no error");
        assertEquals(0, ack(first.getFirst()));
    }

    @Test
    void theAnswerHasTheFormatThatClientsExpect() {
        broker.sent("Wide", 0, "", "one");
        broker.sent("Wide", 1, "TAGS\u0001T1\u0002", "two");
        broker.sent("Wide", 1, "TAGS\u0001T1\u0002", "three");
        Frame answer = client.ask(POP, request("Wide", 32, 10_000, 0));
        Golden.assertLike("200050_pop", answer);
        assertEquals("FOUND", answer.remark());
        assertEquals("10000", answer.field("invisibleTime"));
        assertEquals("0", answer.field("restNum"));
        assertTrue(List.of(answer.field("msgOffsetInfo").split(";")).contains("0 1 0,1"), answer.field("msgOffsetInfo"));
        assertTrue(List.of(answer.field("startOffsetInfo").split(";")).contains("0 1 0"), answer.field("startOffsetInfo"));
        assertEquals(3, Stored.all(answer.body()).size());
    }

    @Test
    void aHeldRequestIsAnsweredByANewMessageOrAnExpiredLease() {
        int held = client.send(POP, request("T", 1, 500, 15_000), RawClient.NO_BODY);
        assertEquals("1", broker.client().ask(POLLING, Map.of("consumerGroup", "G", "topic", "T")).field("pollingNum"));
        assertEquals("0", broker.client().ask(POLLING, Map.of("consumerGroup", "G", "topic", "U")).field("pollingNum"));
        assertEquals("0", broker.client().ask(POLLING, Map.of("consumerGroup", "H", "topic", "T")).field("pollingNum"));
        broker.sent("T", 0, "", "one");
        assertEquals(List.of("one"), texts(loans(client.answer(held))));
        long begin = System.nanoTime();
        assertEquals(List.of("one"), texts(pop(1, 500, 15_000)));
        assertTrue(System.nanoTime() - begin < 10_000_000_000L, "before its time is up");
        assertEquals(210, client.ask(POP, request("T", 1, 500, 50)).code());
    }

    @Test
    void theTimeOfALeaseCanBeChanged() {
        broker.sent("T", 0, "", "one");
        Loan loan = pop(1, 60_000, 0).getFirst();
        Map<String, String> change = settling("T", loan);
        change.put("invisibleTime", "100");
        Frame changed = client.ask(CHANGE, change);
        assertEquals(0, changed.code(), changed.remark());
        assertEquals(208, ack(loan), "the old receipt is invalid");
        Loan again = pop(1, 60_000, 5_000).getFirst();
        assertEquals("one", again.message().text());
        change = settling("T", again);
        change.put("invisibleTime", "50000");
        Frame longer = client.ask(CHANGE, change);
        Loan renewed = new Loan(again.message(), again.message().offset() + " " + longer.field("popTime") + " "
                + longer.field("invisibleTime") + " " + longer.field("reviveQid") + " 0 broker-a 0 0");
        assertEquals(0, ack(renewed));
    }

    @Test
    void severalMessagesAreSettledAtOnce() {
        for (int i = 0; i < 5; i++) {
            broker.sent("T", 0, "", "text " + i);
        }
        Frame answer = client.ask(POP, request("T", 5, 300, 0));
        BitSet bits = new BitSet();
        bits.set(0);
        bits.set(2, 5);
        String acks = "{\"brokerName\":\"broker-a\",\"acks\":[{\"c\":\"G\",\"t\":\"T\",\"r\":\"0\",\"so\":0,\"q\":0,"
                + "\"rq\":0,\"pt\":"
                + answer.field("popTime") + ",\"it\":300,\"b\":\"" + Base64.getEncoder().encodeToString(bits.toByteArray())
                + "\"}]}";
        assertEquals(0, client.ask(ACK_BATCH, Map.of(), text(acks)).code());
        assertEquals(List.of("text 1"), texts(pop(5, 60_000, 5_000)));
    }

    /** Clients refuse an answer with a repeated queue. */
    @Test
    void orderedAnswersContainEachCountOnce() {
        broker.sent("T", 0, "", "one");
        broker.sent("T", 0, "", "two");
        Map<String, String> request = request("T", 5, 400, 0);
        request.put("order", "true");
        assertEquals("0 qo0%0 0;0 qo0%1 0;0 0 0", client.ask(POP, request).field("orderCountInfo"));
        request.put("pollTime", "10000");
        request.put("bornTime", "0");
        assertEquals("0 qo0%0 1;0 qo0%1 1;0 0 1", client.ask(POP, request).field("orderCountInfo"));
    }

    @Test
    void orderedPopsWaitUntilAllIsSettled() {
        broker.sent("T", 0, "", "one");
        broker.sent("T", 0, "", "two");
        Map<String, String> request = request("T", 1, 400, 0);
        request.put("order", "true");
        Loan one = pop(request).getFirst();
        assertTrue(one.receipt().contains(" 999 "), one.receipt());
        assertEquals(List.of(), pop(request), "one is lent");
        request.put("pollTime", "10000");
        request.put("bornTime", "" + System.currentTimeMillis());
        Loan again = pop(request).getFirst();
        assertEquals("one", again.message().text(), "the same message comes before later ones");
        assertEquals(0, ack(again));
        assertEquals("two", pop(request).getFirst().message().text());
    }

    private static Map<String, String> inOrder(int count, long leaseMs, long pollMs) {
        Map<String, String> request = request("T", count, leaseMs, pollMs);
        request.put("order", "true");
        return request;
    }

    /** RocketMQ's proxy does so for ordered groups of its clients: the next request waits while a queue is in use. */
    @Test
    void aHeldOrderedPopIsAnsweredWhenAllIsSettled() {
        List.of("a", "b", "c", "d").forEach(body -> broker.sent("T", 0, "", body));
        List<Loan> first = pop(inOrder(2, 60_000, 0));
        int held = client.send(POP, inOrder(1, 60_000, 30_000), RawClient.NO_BODY);
        RawClient other = broker.client();
        int told = other.send(NOTIFICATION, inOrder(1, 60_000, 30_000), RawClient.NO_BODY);
        assertEquals(0, ack(first.getFirst()));
        assertEquals("false", client.ask(NOTIFICATION, inOrder(1, 60_000, 0)).field("hasMsg"), "b is still lent");
        assertEquals("true", client.ask(NOTIFICATION, request("T", 1, 60_000, 0)).field("hasMsg"));
        long begin = System.nanoTime();
        assertEquals(0, ack(first.get(1)));
        Loan third = loans(client.answer(held)).getFirst();
        assertEquals("c", third.message().text());
        held = client.send(POP, inOrder(1, 60_000, 30_000), RawClient.NO_BODY);
        String acks = "{\"brokerName\":\"broker-a\",\"acks\":[{\"c\":\"G\",\"t\":\"T\",\"r\":\"0\",\"so\":2,\"q\":0,"
                + "\"rq\":999,\"pt\":" + third.receipt().split(" ")[1] + ",\"it\":60000,\"b\":\"AQ==\"}]}";
        assertEquals(0, client.ask(ACK_BATCH, Map.of(), text(acks)).code());
        assertEquals("d", loans(client.answer(held)).getFirst().message().text());
        assertEquals("true", other.answer(told).field("hasMsg"));
        assertTrue(System.nanoTime() - begin < 20_000_000_000L, "before the time is up");
    }

    @Test
    void orderedMessagesGivenBackAreLentFirstAndAlone() {
        List.of("a", "b", "c", "d").forEach(body -> broker.sent("T", 0, "", body));
        List<Loan> first = pop(inOrder(3, 60_000, 0));
        Map<String, String> soon = settling("T", first.getFirst());
        soon.put("invisibleTime", "1");
        assertEquals(0, client.ask(CHANGE, soon).code());
        assertEquals(List.of(), pop(inOrder(3, 60_000, 300)), "the lease of a is over, b and c are lent");
        for (Loan loan : first.subList(1, 3)) {
            soon = settling("T", loan);
            soon.put("invisibleTime", "1");
            assertEquals(0, client.ask(CHANGE, soon).code());
        }
        List<Loan> again = pop(inOrder(2, 60_000, 5_000));
        assertEquals(List.of("a", "b"), texts(again));
        assertEquals(List.of(), pop(inOrder(2, 60_000, 0)), "c comes behind them");
        again.forEach(loan -> assertEquals(0, ack(loan)));
        List<Loan> rest = pop(inOrder(1, 60_000, 0));
        assertEquals(List.of("c"), texts(rest));
        assertEquals(0, ack(rest.getFirst()));
        assertEquals(List.of("d"), texts(pop(inOrder(1, 60_000, 0))));
    }

    @Test
    void orderedPopsDoNotSkipAMessageThatDoesNotFit() {
        String big = "x".repeat(600_000);
        List.of("a" + big, "b" + big).forEach(body -> broker.sent("T", 0, "", body));
        assertEquals(1, pop(1, 100, 0).size()); // the group is ordered from now on
        assertEquals(1, pop(1, 100, 0).size());
        List.of("c", "d").forEach(body -> broker.sent("T", 0, "", body));
        List<Loan> again = pop(inOrder(5, 60_000, 5_000));
        assertEquals(List.of("a" + big), texts(again), "an answer has about 1 MiB, and c comes after b");
        assertEquals(0, ack(again.getFirst()));
        assertEquals(List.of("b" + big, "c", "d"), texts(pop(inOrder(5, 60_000, 0))));
    }

    @Test
    void aMessageLentTooOftenBecomesADeadLetter() {
        String group = "{\"groupName\":\"G\",\"retryMaxTimes\":1}";
        assertEquals(0, client.ask(200, Map.of(), text(group)).code());
        broker.sent("T", 0, "KEYS\u0001k\u0002UNIQ_KEY\u0001U\u0002", "poison");
        assertEquals(0, pop(1, 100, 0).getFirst().message().reconsumeTimes());
        assertEquals(1, pop(1, 100, 5_000).getFirst().message().reconsumeTimes());
        assertEquals(List.of(), pop(1, 100, 400));
        Awaitility.await().until(() -> {
            pop(1, 100, 0);
            return broker.read("%DLQ%G", 0, 0).size() == 1;
        });
        Stored dead = broker.read("%DLQ%G", 0, 0).getFirst();
        assertEquals("poison", dead.text());
        assertEquals("T", dead.properties().get("RETRY_TOPIC"));
        assertEquals("T", dead.properties().get("DLQ_ORIGIN_TOPIC"));
        assertEquals(List.of(), pop(1, 100, 0));
    }

    @Test
    void leasesAndSettlementsSurviveARestart() {
        for (int i = 0; i < 3; i++) {
            broker.sent("T", 0, "", "text " + i);
        }
        List<Loan> loans = pop(3, 60_000, 0);
        assertEquals(0, ack(loans.get(1)));
        broker.close();
        open();
        assertEquals(List.of(), pop(3, 60_000, 0), "they are still lent");
        assertEquals(0, ack(loans.get(0)), "their receipts are valid");
        assertEquals("2", client.ask(14, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0")).field("offset"),
                "the group's offset is that of the oldest unsettled message");
        assertEquals(0, ack(loans.get(2)));
        assertEquals("3", client.ask(14, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0")).field("offset"));
    }

    @Test
    void filtersAndTheFirstOffsetBelongToTheGroup() {
        broker.sent("T", 0, "TAGS\u0001red\u0002price\u00015\u0002", "one");
        broker.sent("T", 0, "TAGS\u0001blue\u0002price\u000150\u0002", "two");
        Map<String, String> tags = request("T", 5, 60_000, 0);
        tags.put("exp", "blue");
        assertEquals(List.of("two"), texts(pop(tags)));
        Map<String, String> sql = request("T", 5, 60_000, 0);
        sql.put("consumerGroup", "Sql");
        sql.put("expType", "SQL92");
        sql.put("exp", "price < 10");
        assertEquals(List.of("one"), texts(pop(sql)));
        sql.put("exp", "price <");
        assertEquals(23, client.ask(POP, sql).code());
        Map<String, String> late = request("T", 5, 60_000, 0);
        late.put("consumerGroup", "Late");
        late.put("initMode", "1");
        List<String> young = texts(pop(late));
        assertTrue(young.size() > 1, "a young queue is read from its start, as in RocketMQ: " + young);
        broker.sent("T", 0, "", "three");
        assertEquals(List.of("three"), texts(pop(late)));
    }

    /** As RocketMQ's proxy sends it. */
    @Test
    void aRequestWithoutATimeWaitsFromItsArrivalOn() {
        Map<String, String> request = request("T", 1, 60_000, 15_000);
        request.put("bornTime", "0");
        int held = client.send(POP, request, RawClient.NO_BODY);
        broker.sent("T", 0, "", "one");
        assertEquals(List.of("one"), texts(loans(client.answer(held))));
    }

    @Test
    void aNotificationReportsWhetherThereAreMessages() {
        Map<String, String> ask = request("T", 1, 1_000, 15_000);
        int held = client.send(NOTIFICATION, ask, RawClient.NO_BODY);
        broker.sent("T", 0, "", "one");
        assertEquals("true", client.answer(held).field("hasMsg"));
        assertEquals(List.of("one"), texts(pop(1, 60_000, 0)), "a notification lends nothing");
        ask.put("pollTime", "50");
        ask.put("bornTime", "" + System.currentTimeMillis());
        assertEquals("false", client.ask(NOTIFICATION, ask).field("hasMsg"));
    }

    @Test
    void badRequestsAreRefused() {
        assertEquals(17, client.ask(POP, request("Missing", 1, 1_000, 0)).code());
        Map<String, String> queue = request("T", 1, 1_000, 0);
        queue.put("queueId", "7");
        assertEquals(29, client.ask(POP, queue).code());
        broker.topic("Empty", 0);
        assertEquals(29, client.ask(POP, request("Empty", 1, 1_000, 0)).code());
        broker.sent("T", 0, "", "one");
        Map<String, String> ack = settling("T", pop(1, 60_000, 0).getFirst());
        ack.put("extraInfo", "0 soon 1000 0 0 broker-a 0 0");
        assertEquals(29, client.ask(ACK, ack).code());
        ack.put("extraInfo", "x");
        assertEquals(29, client.ask(ACK, ack).code());
        ack.put("topic", "Missing");
        assertEquals(17, client.ask(ACK, ack).code());
    }

    private List<JsonValue> assignment(String clientId, String model) {
        String body = "{\"topic\":\"Wide\",\"consumerGroup\":\"G\",\"clientId\":\"" + clientId
                + "\",\"strategyName\":\"AVG\",\"messageModel\":\"" + model + "\"}";
        return JsonReader.read(client.ask(400, Map.of(), text(body)).body()).asObject().array("messageQueueAssignments");
    }

    private static List<Integer> queues(List<JsonValue> assignment) {
        return assignment.stream()
                .map(a -> a.asObject().object("messageQueue").integer("queueId", -9))
                .toList();
    }

    @Test
    void theBrokerAssignsQueuesAndModes() {
        RawClient other = broker.client();
        client.ask(34, Map.of(), TestBroker.heartbeat("a", "G", "Wide", "*", 1));
        other.ask(34, Map.of(), TestBroker.heartbeat("b", "G", "Wide", "*", 1));
        assertEquals(List.of(0, 1), queues(assignment("a", "CLUSTERING")));
        assertEquals(List.of(2), queues(assignment("b", "CLUSTERING")));
        assertEquals(List.of(), queues(assignment("stranger", "CLUSTERING")));
        assertEquals(List.of(0, 1, 2), queues(assignment("a", "BROADCASTING")));

        String mode = "{\"topic\":\"Wide\",\"consumerGroup\":\"G\",\"mode\":\"POP\",\"popShareQueueNum\":0}";
        assertEquals(0, client.ask(401, Map.of(), text(mode)).code());
        List<JsonValue> popped = assignment("a", "CLUSTERING");
        assertEquals(List.of(-1), queues(popped));
        assertEquals("POP", popped.getFirst().asObject().text("mode", ""));
        String all = new String(client.ask(402, Map.of()).body());
        assertTrue(all.contains("\"Wide\":{\"G\":{") && all.contains("\"mode\":\"POP\""), all);
        assertEquals(0, client.ask(401, Map.of(), text(mode.replace("POP", "PULL"))).code());
        assertEquals("PULL", assignment("a", "CLUSTERING").getFirst().asObject().text("mode", ""));
        assertEquals(16, client.ask(401, Map.of(), text(mode.replace("Wide", "%RETRY%G"))).code());
    }

    @Test
    void requestsThatWaitForTooManyQueuesAreRefused() {
        broker.topic("Many", 1_000);
        for (int i = 0; i < 500; i++) {
            client.send(POP, request("Many", 1, 60_000, 30_000), RawClient.NO_BODY);
        }
        Awaitility.await().until(() -> broker.client().ask(POLLING, Map.of("topic", "Many", "consumerGroup", "G"))
                .field("pollingNum").equals("500"));
        assertEquals(209, broker.client().ask(POP, request("Many", 1, 60_000, 30_000)).code(), "polling full");
        assertEquals(210, broker.client().ask(POP, request("T", 1, 60_000, 100)).code(), "a request for one queue can wait");
    }

    @Test
    void aPeekShowsUnlentMessagesWithoutLendingThem() {
        Map<String, String> request = request("T", 2, 60_000, 0);
        assertEquals(19, client.ask(PEEK, request).code(), "an empty queue");
        for (String body : List.of("a", "b", "c")) {
            broker.sent("T", 0, "", body);
        }
        for (int i = 0; i < 2; i++) {
            Frame answer = client.ask(PEEK, request);
            assertEquals(0, answer.code(), answer.remark());
            assertEquals(List.of("a", "b"), Stored.all(answer.body()).stream().map(m -> new String(m.body())).toList());
            assertEquals("1", answer.field("restNum"));
        }
        assertEquals(1, pop(1, 60_000, 0).size());
        assertEquals(
                List.of("b", "c"),
                Stored.all(client.ask(PEEK, request).body()).stream().map(m -> new String(m.body())).toList());
        assertEquals(2, pop(5, 60_000, 0).size(), "peeked messages can be lent");
        assertEquals(19, client.ask(PEEK, request).code());
        assertEquals(17, client.ask(PEEK, request("Nowhere", 1, 0, 0)).code());
        request.put("queueId", "7");
        assertTrue(client.ask(PEEK, request).remark().contains("queueId[7]"));
    }

    @Test
    void largeMessagesOfManyQueuesComeInSeveralAnswers() {
        broker.topic("Eight", 8);
        for (int queue = 0; queue < 8; queue++) {
            broker.sent("Eight", queue, "", "x".repeat(3 << 20));
        }
        int found = 0;
        for (int i = 0; i < 8; i++) {
            Frame answer = client.ask(POP, request("Eight", 32, 60_000, 0));
            assertTrue(answer.body().length < 5 << 20, answer.body().length + " bytes");
            found += Stored.all(answer.body()).size();
        }
        assertEquals(8, found);
    }
}
