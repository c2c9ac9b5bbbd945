package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** Pull requests 11 and 361 over a socket: every status, and how long a request is held. */
class PullTest {
    private static final int PULL_LITE = 361;

    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        broker.topic("T", 2);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"11,false", "11,true", "361,false", "361,true"})
    void messagesAreFound(int code, boolean binary) {
        broker.sent("T", 0, "TAGS\u0001red\u0002", "one");
        broker.sent("T", 0, "TAGS\u0001blue\u0002", "two");
        broker.sent("T", 0, "TAGS\u0001green\u0002", "three");
        RawClient client = broker.client(binary);

        Frame all = client.ask(code, pull("G", "T", 0, 0, "*", 0));
        Golden.assertLike("011_pull_found", all);
        assertEquals("FOUND", all.remark());
        assertEquals("3", all.field("nextBeginOffset"));
        assertEquals("3", all.field("maxOffset"));
        assertEquals("0", all.field("minOffset"));
        assertEquals(List.of("one", "two", "three"), texts(all));

        assertEquals(List.of("one", "three"), texts(client.ask(code, pull("G", "T", 0, 0, "red || green", 0))));
        assertEquals(List.of("three"), texts(client.ask(code, pull("G", "T", 0, 2, "", 0))));
    }

    @Test
    void countAndBytesAreLimitedButOneMessageIsAlwaysReturned() {
        for (int i = 0; i < 5; i++) {
            broker.sent("T", 0, "", "x".repeat(1_000));
        }
        Map<String, String> request = pull("G", "T", 0, 0, "*", 0);
        request.put("maxMsgNums", "3");
        assertEquals(3, texts(broker.client().ask(PULL, request)).size());
        request.put("maxMsgBytes", "10");
        Frame one = broker.client().ask(PULL, request);
        assertEquals(1, texts(one).size());
        assertEquals("1", one.field("nextBeginOffset"));
    }

    @Test
    void missingOffsetsAreAnsweredWithTheNextOne() {
        broker.sent("T", 0, "TAGS\u0001red\u0002", "one");
        RawClient client = broker.client();

        Frame end = client.ask(PULL, pull("G", "T", 0, 1, "*", 0));
        Golden.assertLike("011_pull_long", end);
        assertEquals("1", end.field("nextBeginOffset"));

        Frame above = client.ask(PULL, pull("G", "T", 0, 1_000, "*", 0));
        Golden.assertLike("011_pull_notfound", above);
        assertEquals("1", above.field("nextBeginOffset"));

        Frame below = client.ask(PULL, pull("G", "T", 0, -5, "*", 0));
        assertEquals(21, below.code());
        assertEquals("0", below.field("nextBeginOffset"));

        Frame emptyAbove = client.ask(PULL, pull("G", "T", 1, 5, "*", 0));
        assertEquals(21, emptyAbove.code());
        assertEquals("0", emptyAbove.field("nextBeginOffset"));

        Frame filtered = client.ask(PULL, pull("G", "T", 0, 0, "blue", 10_000));
        assertEquals(20, filtered.code());
        assertEquals("1", filtered.field("nextBeginOffset"));
        assertEquals(0, filtered.body().length);
    }

    @Test
    void invalidPullsAreRefused() {
        broker.topic("WriteOnly", 1, 2);
        RawClient client = broker.client();
        Map<String, String> fromTable = pull("G", "T", 0, 0, "*", 0);
        fromTable.put("sysFlag", "0");

        Golden.assertLike("011_pull_nogroup", client.ask(PULL, fromTable));
        assertEquals(29, client.ask(PULL, pull("G", "T", 2, 0, "*", 0)).code());
        assertEquals(29, client.ask(PULL, pull("G", "T", -1, 0, "*", 0)).code());
        assertEquals(17, client.ask(PULL, pull("G", "Unknown", 0, 0, "*", 0)).code());
        assertEquals(16, client.ask(PULL, pull("G", "WriteOnly", 0, 0, "*", 0)).code());
        assertEquals(29, client.ask(PULL, Map.of("topic", "T")).code());

        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "*", 5));
        fromTable.put("subVersion", "6");
        fromTable.put("expressionType", "SQL92");
        assertEquals(25, client.ask(PULL, fromTable).code());
        fromTable.remove("expressionType");
        assertEquals(25, client.ask(PULL, fromTable).code());
        fromTable.put("subVersion", "5");
        assertEquals(19, client.ask(PULL, fromTable).code());
        broker.topic("Other", 1);
        fromTable.put("topic", "Other");
        assertEquals(24, client.ask(PULL, fromTable).code());
        assertEquals(0, client.ask(200, Map.of(),
                TestBroker.text("{\"groupName\":\"G\",\"consumeEnable\":false}")).code());
        assertEquals(16, client.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
    }

    @Test
    void withoutAutomaticCreationAnUnknownGroupIsRefused() {
        broker.close();
        broker = TestBroker.start(directory, "autoCreateSubscriptionGroup=false");

        assertEquals(26, broker.client().ask(PULL, pull("Unknown", "T", 0, 0, "*", 0)).code());
        assertEquals(26, broker.client().ask(34, Map.of(), heartbeat("c", "Unknown", "T", "*", 1)).code());
    }

    @Test
    void theSubscriptionOfTheHeartbeatFilters() {
        broker.sent("T", 0, "TAGS\u0001red\u0002", "one");
        broker.sent("T", 0, "TAGS\u0001blue\u0002", "two");
        RawClient client = broker.client();
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "blue", 1));
        Map<String, String> request = pull("G", "T", 0, 0, "ignored", 0);
        request.put("sysFlag", "0");

        assertEquals(List.of("two"), texts(client.ask(PULL, request)));
    }

    @Test
    void aNewerSubscriptionThanTheHeartbeatsGetsEveryTag() {
        broker.sent("T", 0, "TAGS\u0001red\u0002", "one");
        broker.sent("T", 0, "TAGS\u0001blue\u0002", "two");
        RawClient client = broker.client();
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "blue", 1));
        Map<String, String> request = pull("G", "T", 0, 0, "ignored", 0);
        request.put("sysFlag", "0");
        request.put("subVersion", "2");

        assertEquals(List.of("one", "two"), texts(client.ask(PULL, request)));
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "red", 2));
        assertEquals(List.of("one"), texts(client.ask(PULL, request)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeldRequestIsAnsweredWhenItsTimeIsUp(boolean binary) {
        RawClient client = broker.client(binary);
        long before = System.nanoTime();
        Frame answer = client.ask(PULL_LITE, pull("G", "T", 0, 0, "*", 400));
        long tookMs = (System.nanoTime() - before) / 1_000_000;

        assertEquals(19, answer.code());
        assertEquals("0", answer.field("nextBeginOffset"));
        assertEquals(binary, answer.binary());
        assertTrue(tookMs >= 395 && tookMs < 10_000, tookMs + " ms");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeldRequestIsAnsweredWhenAMessageArrives(boolean binary) {
        RawClient client = broker.client(binary);
        int held = client.send(PULL, pull("G", "T", 0, 0, "red", 60_000), NO_BODY);
        assertEquals(0, client.ask(34, Map.of(), heartbeat("c", "G", "T", "red", 1)).code());

        broker.sent("T", 1, "TAGS\u0001red\u0002", "another queue");
        broker.sent("T", 0, "TAGS\u0001blue\u0002", "another tag");
        assertEquals(0, client.ask(38, Map.of("consumerGroup", "G")).code()); // no pull was answered before this
        broker.sent("T", 0, "TAGS\u0001red\u0002", "this one");

        Frame answer = client.answer(held);
        assertEquals(List.of("this one"), texts(answer));
        assertEquals("2", answer.field("nextBeginOffset"));
        assertEquals(binary, answer.binary());
    }

    /** It would pass over messages that only the new subscription wants, and return messages that it excludes. */
    @Test
    void aHeldRequestIsAnsweredWhenTheSubscriptionOfItsGroupChanges() {
        RawClient client = broker.client();
        RawClient member = broker.client();
        assertEquals(0, client.ask(34, Map.of(), heartbeat("c", "G", "T", "red", 1)).code());
        assertEquals(0, member.ask(34, Map.of(), heartbeat("d", "G", "T", "red", 1)).code());
        int held = client.send(PULL, pull("G", "T", 0, 0, "red", 60_000), NO_BODY);
        int other = client.send(PULL, pull("Other", "T", 0, 0, "red", 60_000), NO_BODY);
        assertEquals(0, member.ask(34, Map.of(), heartbeat("d", "G", "T", "red", 1)).code());
        assertEquals(0, client.ask(38, Map.of("consumerGroup", "G")).code()); // no pull was answered before this
        assertEquals(0, member.ask(34, Map.of(), heartbeat("d", "G", "T", "blue", 2)).code());
        assertEquals(19, client.answer(held).code());
        broker.sent("T", 0, "TAGS\u0001red\u0002", "another group");
        assertEquals(List.of("another group"), texts(client.answer(other)));
    }

    @Test
    void aHeldRequestOfAClosedConnectionIsDropped() {
        RawClient gone = broker.client();
        gone.send(PULL, pull("G", "T", 0, 0, "*", 60_000), NO_BODY);
        assertEquals(0, gone.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)).code());
        gone.close();

        broker.sent("T", 0, "", "x");
        assertEquals(List.of("x"), broker.read("T", 0, 0).stream().map(Stored::text).toList());
    }

    @Test
    void severalRequestsAreHeldOnOneConnection() {
        RawClient client = broker.client();
        int first = client.send(PULL, pull("G", "T", 0, 0, "*", 60_000), NO_BODY);
        int second = client.send(PULL, pull("G", "T", 1, 0, "*", 60_000), NO_BODY);
        broker.sent("T", 1, "", "b");
        assertEquals(List.of("b"), texts(client.answer(second)));
        broker.sent("T", 0, "", "a");
        assertEquals(List.of("a"), texts(client.answer(first)));
    }

    @Test
    void requestsBeyondTheLimitOfAConnectionAreNotHeld() {
        RawClient client = broker.client(true);
        for (int i = 0; i < 10_000; i++) {
            client.send(PULL, pull("G", "T", 0, 0, "*", 60_000), NO_BODY);
        }
        assertEquals(19, client.ask(PULL, pull("G", "T", 1, 0, "*", 60_000)).code());
    }

    @Test
    void aPullMayCommitAnOffset() {
        broker.sent("T", 0, "", "x");
        Map<String, String> request = pull("G", "T", 0, 0, "*", 0);
        request.put("sysFlag", "5");
        request.put("commitOffset", "1");
        RawClient client = broker.client();
        client.ask(PULL, request);

        Frame offset = client.ask(14, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0"));
        assertEquals("1", offset.field("offset"));
    }

    @Test
    void oldMessagesComeFromTheDiskInOrder() {
        broker.close();
        broker = TestBroker.start(directory, "read.hot.bytes=1048576", "mappedFileSizeCommitLog=1048576");
        RawClient client = broker.client();
        int count = 700;
        for (int i = 0; i < count; i++) {
            Frame sent = client.ask(SEND_SHORT, shortSend("T", 1, ""), TestBroker.text(i + "x".repeat(8_000)));
            assertEquals(0, sent.code(), sent.remark());
        }
        long offset = 0;
        while (offset < count) {
            Frame answer = client.ask(PULL, pull("G", "T", 1, offset, "*", 0));
            assertEquals(0, answer.code(), answer.remark());
            for (Stored message : Stored.all(answer.body())) {
                assertEquals(offset, message.offset());
                assertTrue(message.text().startsWith(offset + "x"), message.text().substring(0, 10));
                offset++;
            }
            assertEquals(offset, answer.number("nextBeginOffset", -1));
        }
    }

    private static List<String> texts(Frame answer) {
        return Stored.all(answer.body()).stream().map(Stored::text).toList();
    }
}
