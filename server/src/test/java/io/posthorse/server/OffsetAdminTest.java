package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of tools about offsets: 222 with 220, 43, 45, 303, 308, 314, 317, 321. */
class OffsetAdminTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        broker.topic("T", 2);
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void commit(RawClient by, String group, int queue, long offset) {
        assertEquals(0, by.ask(15, Map.of("consumerGroup", group, "topic", "T", "queueId", "" + queue,
                "commitOffset", "" + offset)).code());
    }

    private long cursor(String group, int queue) {
        return client.ask(14, Map.of("consumerGroup", group, "topic", "T", "queueId", "" + queue,
                "setZeroIfNotFound", "false")).number("offset", -1);
    }

    private Frame reset(String... fields) {
        Map<String, String> all = new HashMap<>(Map.of("group", "G", "topic", "T", "timestamp", "0", "isForce", "true"));
        for (int i = 0; i < fields.length; i += 2) {
            all.put(fields[i], fields[i + 1]);
        }
        return client.ask(222, all);
    }

    private static List<Long> offsets(Frame frame) {
        List<Long> offsets = new ArrayList<>();
        JsonReader.read(frame.body()).asObject().object("offsetTable").members().forEach(m -> {
            assertEquals("T", ((JsonValue.Obj) m.key()).text("topic", ""));
            assertEquals(offsets.size(), ((JsonValue.Obj) m.key()).integer("queueId", -1));
            offsets.add(((JsonValue.Num) m.value()).whole());
        });
        return offsets;
    }

    private void fill() {
        for (int i = 0; i < 3; i++) {
            broker.sent("T", 0, "TAGS\u0001a\u0002", "x");
        }
        commit(client, "G", 0, 2);
        commit(client, "G", 1, 0);
    }

    /** The answers to these come later: from the disk, or once something is decided. */
    @Test
    void oneWayRequestsAreNotAnsweredLaterEither() {
        broker.sent("T", 0, "KEYS\u0001k\u0002", "x");
        client.sendOneWay(29, Map.of("topic", "T", "queueId", "0", "timestamp", "1"), RawClient.NO_BODY);
        client.sendOneWay(12, Map.of("topic", "T", "key", "k", "maxNum", "1", "beginTimestamp", "0", "endTimestamp",
                Long.toString(Long.MAX_VALUE)), RawClient.NO_BODY);
        client.sendOneWay(25, Map.of(), TestBroker.text("maxMessageSize=4000000"));
        client.ask(29, Map.of("topic", "T", "queueId", "0", "timestamp", "1")); // fails where another answer comes first
        client.ask(12, Map.of("topic", "T", "key", "k", "maxNum", "1", "beginTimestamp", "0", "endTimestamp",
                Long.toString(Long.MAX_VALUE)));
    }

    @Test
    void aGroupWithoutMembersIsReset() {
        fill();
        assertEquals(List.of(0L, 0L), offsets(reset()));
        assertEquals(0, cursor("G", 0));
        assertEquals(List.of(3L, 0L), offsets(reset("timestamp", "-1")));
        assertEquals(3, cursor("G", 0));
        assertEquals(List.of(3L, 0L), offsets(reset("timestamp", "9000000000000")));
        assertEquals(List.of(1L), offsets(reset("queueId", "0", "offset", "1")));
        assertEquals(1, cursor("G", 0));
        assertEquals(List.of(1L, 0L), offsets(reset("timestamp", "-1", "isForce", "false")), "never forward");
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals(1, cursor("G", 0));
    }

    @Test
    void invalidResetsAreRefused() {
        fill();
        assertEquals(17, reset("topic", "Nothing").code());
        assertEquals(26, reset("group", "Nobody").code());
        assertEquals(1, reset("queueId", "9").code());
        assertEquals(1, reset("queueId", "0", "offset", "4").code());
        assertEquals(2, cursor("G", 0));
    }

    @Test
    void membersAreNotifiedAndTheirOldCommitsIgnored() {
        fill();
        RawClient member = broker.client();
        member.ask(34, Map.of(), heartbeat("c1", "G", "T", "*", 1));
        assertEquals(40, member.push().code());

        assertEquals(List.of(0L, 0L), offsets(reset("timestamp", "5")));
        Frame told = member.push();
        assertEquals(220, told.code());
        assertTrue(told.isOneWay());
        assertEquals(Map.of("group", "G", "topic", "T", "timestamp", "5", "isForce", "true"), told.fields());
        assertEquals(List.of(0L, 0L), offsets(told));

        commit(member, "G", 0, 3);
        assertEquals(0, cursor("G", 0), "a commit from before the reset");
        Map<String, String> pull = pull("G", "T", 0, 3, "*", 0);
        pull.put("sysFlag", "5");
        pull.put("commitOffset", "3");
        member.ask(PULL, pull, NO_BODY);
        assertEquals(0, cursor("G", 0), "also with a pull");
        commit(client, "G", 0, 1);
        assertEquals(1, cursor("G", 0), "a tool may commit");
        commit(member, "G", 0, 0);
        commit(member, "G", 0, 2);
        assertEquals(2, cursor("G", 0), "the member has moved and may commit");
    }

    @Test
    void clientsInCppAreNotifiedInTheirFormat() {
        fill();
        RawClient member = broker.client();
        Frame beat = member.frame(34, 0, Map.of(), heartbeat("c1", "G", "T", "*", 1));
        member.write(io.posthorse.codec.rocketmq.FrameCodec.encode(new Frame(
                34, 1, beat.version(), beat.opaque(), 0, null, Map.of(), beat.body(), false)));
        assertEquals(40, member.push().code());
        reset("queueId", "0", "offset", "1");
        member.next();
        String told = new String(member.push().body());
        assertEquals("{\"offsetTable\":[{\"brokerName\":\"broker-a\",\"offset\":1,\"queueId\":0,\"topic\":\"T\"}]}", told);
    }

    @Test
    void offsetsAreClonedAndListed() {
        fill();
        assertEquals(0, client.ask(314, Map.of("srcGroup", "G", "destGroup", "H", "topic", "T", "offline", "true")).code());
        assertEquals(2, cursor("H", 0));
        assertEquals(26, client.ask(314, Map.of("srcGroup", "None", "destGroup", "H", "topic", "T")).code());
        broker.sent("T", 0, "DELAY\u00011\u0002", "soon");

        Frame all = client.ask(43, Map.of());
        Golden.assertLike("043_allConsumerOffset", all);
        JsonValue.Obj table = JsonReader.read(all.body()).asObject().object("offsetTable");
        assertEquals(2, table.object("T@G").number("0", -1));
        assertEquals(0, table.object("T@H").number("1", -1));
        Golden.assertLike("045_delayOffset", client.ask(45, Map.of()));
        org.awaitility.Awaitility.await().until(() -> new String(client.ask(45, Map.of()).body()).contains("{\"1\":1}"));

        commit(client, "H", 0, 1);
        Frame correction = client.ask(308, Map.of("topic", "T", "compareGroup", "H", "filterGroups", "H"));
        assertEquals("{\"correctionOffsets\":{\"0\":" + Long.MAX_VALUE + ",\"1\":0}}", new String(correction.body()));
        Frame smallest = client.ask(308, Map.of("topic", "T", "compareGroup", "G", "filterGroups", ""));
        assertEquals("{\"correctionOffsets\":{\"0\":1,\"1\":0}}", new String(smallest.body()));
    }

    @Test
    void timeSpansOfGroupsAreReported() {
        fill();
        Frame answer = client.ask(303, Map.of("topic", "T", "group", "G"));
        Golden.assertLike("303_consumeTimeSpan", answer);
        List<JsonValue> spans = JsonReader.read(answer.body()).asObject().array("consumeTimeSpanSet");
        JsonValue.Obj first = spans.getFirst().asObject();
        assertEquals(2, spans.size());
        long min = first.number("minTimeStamp", 0);
        assertTrue(min > 1_700_000_000_000L && first.number("maxTimeStamp", 0) >= min);
        assertTrue(first.number("consumeTimeStamp", 0) >= min);
        assertTrue(first.number("delayTime", -1) >= 0 && first.number("delayTime", 0) < 60_000);
        assertTrue(first.text("minTimeStampStr", "").matches("20\\d\\d-\\d\\d-\\d\\d#[0-9:]{12}"));
        assertEquals(0, spans.getLast().asObject().number("delayTime", -1));
        assertEquals(17, client.ask(303, Map.of("topic", "None", "group", "G")).code());
    }

    @Test
    void statisticsOfAllGroupsAreReported() {
        fill();
        client.ask(200, Map.of(), text("{\"groupName\":\"Idle\"}"));
        Frame answer = client.ask(317, Map.of("isOrder", "false"));
        Golden.assertLike("317_brokerConsumeStats", answer);
        JsonValue.Obj body = JsonReader.read(answer.body()).asObject();
        assertEquals(1, body.number("totalDiff", -1));
        assertEquals("127.0.0.1:" + broker.server().brokerPort(), body.text("brokerAddr", ""));
        List<JsonValue> groups = body.array("consumeStatsList");
        assertEquals(List.of(), groups.getLast().asObject().array("Idle"));
        JsonValue.Obj stats = groups.getFirst().asObject().array("G").getFirst().asObject();
        assertEquals(2, stats.object("offsetTable").members().getFirst().value().asObject().number("consumerOffset", -1));
        Frame ordered = client.ask(317, Map.of("isOrder", "true"));
        assertEquals(0, JsonReader.read(ordered.body()).asObject().number("totalDiff", -1));
    }

    @Test
    void entriesOfAQueueAreListed() {
        fill();
        client.ask(34, Map.of(), heartbeat("c1", "G", "T", "b", 3));
        Frame answer = client.ask(321, Map.of("topic", "T", "queueId", "0", "index", "1", "count", "5",
                "consumerGroup", "G"));
        Golden.assertLike("321_queryCq", answer);
        JsonValue.Obj body = JsonReader.read(answer.body()).asObject();
        assertEquals(3, body.number("maxQueueIndex", 0));
        assertEquals(2, body.array("queueData").size());
        JsonValue.Obj entry = body.array("queueData").getFirst().asObject();
        assertEquals("a".hashCode(), entry.integer("tagsCode", 0));
        assertEquals(broker.read("T", 0, 1).getFirst().position(), entry.number("physicOffset", 0));
        assertEquals(false, entry.bool("eval", true));
        assertEquals("b", body.object("subscriptionData").text("subString", ""));
        assertEquals(1, client.ask(321, Map.of("topic", "T", "queueId", "9", "index", "0", "count", "1")).code());
    }
}
