package io.posthorse.server;

import static io.posthorse.server.Loan.loans;
import static io.posthorse.server.Loan.request;
import static io.posthorse.server.Loan.settling;
import static io.posthorse.server.Loan.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of pops, and the events that wake waiting ones, as in RocketMQ 5.5. */
class PopOrderTest {
    private static final int POP = 200_050;
    private static final int ACK = 200_051;
    private static final int CHANGE = 200_053;
    private static final int NOTIFICATION = 200_054;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        client = broker.client();
        broker.topic("T", 1);
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

    private static Map<String, String> inOrder(int count, long leaseMs, long pollMs) {
        Map<String, String> request = request("T", count, leaseMs, pollMs);
        request.put("order", "true");
        return request;
    }

    private int ack(Loan loan) {
        return client.ask(ACK, settling("T", loan)).code();
    }

    @Test
    void resettingAnOffsetWakesWaitingPops() {
        broker.sent("T", 0, "", "one");
        broker.sent("T", 0, "", "two");
        pop(2, 60_000, 0).forEach(loan -> assertEquals(0, ack(loan)));
        int held = client.send(POP, request("T", 1, 60_000, 15_000), RawClient.NO_BODY);
        RawClient other = broker.client();
        int told = other.send(NOTIFICATION, request("T", 1, 60_000, 15_000), RawClient.NO_BODY);
        long begin = System.nanoTime();
        Frame reset = broker.client().ask(222, Map.of(
                "topic", "T", "group", "G", "timestamp", "0", "isForce", "true"));
        assertEquals(0, reset.code(), reset.remark());
        assertEquals("true", other.answer(told).field("hasMsg"));
        assertEquals(List.of("one"), texts(loans(client.answer(held))));
        assertTrue(System.nanoTime() - begin < 5_000_000_000L, "before its time is up");
    }

    @Test
    void anOrderedAttemptCanBeRepeatedAfterALostAnswer() {
        List.of("a", "b").forEach(body -> broker.sent("T", 0, "", body));
        Map<String, String> first = inOrder(1, 60_000, 0);
        first.put("attemptId", "attempt-1");
        assertEquals(List.of("a"), texts(pop(first)));
        Map<String, String> another = inOrder(1, 60_000, 0);
        another.put("attemptId", "attempt-2");
        assertEquals(List.of(), pop(another), "it is lent already");
        List<Loan> again = pop(first);
        assertEquals(List.of("a"), texts(again), "the same attempt gets the same messages");
        assertEquals(0, again.getFirst().message().reconsumeTimes(), "it is the same delivery");
        assertEquals(0, ack(again.getFirst()));
        assertEquals(List.of("b"), texts(pop(another)));
        assertEquals(List.of(), pop(first), "the last answer went to another attempt");
    }

    @Test
    void queuesOfHigherPriorityAreReadFirst() {
        Map<String, String> topic = new HashMap<>(Map.of(
                "topic", "P", "defaultTopic", "TBW102", "readQueueNums", "4", "writeQueueNums", "4", "perm", "6",
                "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
        topic.put("attributes", "+message.type=PRIORITY");
        assertEquals(0, client.ask(17, topic).code());
        for (String priority : List.of("0", "2", "9", "1", "3", "2")) {
            broker.sent("P", 0, "_SYS_MSG_PRIORITY_\u0001" + priority + "\u0002", priority);
        }
        broker.sent("P", 0, "_SYS_MSG_PRIORITY_\u00013\u0002__SHARDINGKEY\u0001k\u0002", "in order");
        List<String> got = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            got.addAll(texts(pop(request("P", 1, 60_000, 0))));
        }
        assertEquals(List.of("9", "3", "2", "2", "1", "0", "in order"), got);
    }

    @Test
    void anInvisibleTimeOf0GivesAMessageBackAtOnce() {
        broker.sent("T", 0, "", "one");
        Map<String, String> change = settling("T", pop(1, 60_000, 0).getFirst());
        change.put("invisibleTime", "0");
        assertEquals(0, client.ask(CHANGE, change).code());
        assertEquals(List.of("one"), texts(pop(1, 60_000, 1_000)), "in the same millisecond it would have the same receipt");
    }
}
