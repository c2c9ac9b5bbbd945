package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that the broker forwards to a consumer, and their answers: 223 with 221, 307, 309. */
class RelayTest {
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

    private RawClient member(String clientId) {
        RawClient member = broker.client();
        member.ask(34, Map.of(), heartbeat(clientId, "G", "T", "*", 1));
        assertEquals(40, member.push().code());
        return member;
    }

    private static void answer(RawClient member, Frame asked, int code, String remark, byte[] body) {
        member.write(FrameCodec.encode(asked.answer(code, remark, Map.of(), body)));
    }

    private static final Map<String, String> OF_C1 =
            Map.of("consumerGroup", "G", "clientId", "c1", "jstackEnable", "true");

    @Test
    void aConsumersAnswerIsForwardedToTheTool() {
        RawClient member = member("c1");
        byte[] info = text("{\"mqTable\":{ {\"topic\":\"T\"}:{} },not even JSON");

        int asked = client.send(307, OF_C1, NO_BODY);
        Frame request = member.push();
        assertEquals(307, request.code());
        assertFalse(request.isOneWay());
        assertEquals(OF_C1, request.fields());
        answer(member, request, 0, null, info);
        Frame answer = client.answer(asked);
        assertEquals(0, answer.code());
        assertArrayEquals(info, answer.body());

        asked = client.send(307, OF_C1, NO_BODY);
        answer(member, member.push(), 1, "not now", NO_BODY);
        answer = client.answer(asked);
        assertEquals(1, answer.code());
        assertEquals("not now", answer.remark());
    }

    @Test
    void anAbsentConsumerIsReported() {
        Frame absent = client.ask(307, OF_C1);
        Golden.assertLike("307_runningInfo_absent", absent);
        assertEquals("The Consumer <G> <c1> not online", absent.remark());
        assertEquals(1, client.ask(223, Map.of("group", "G", "topic", "T")).code());
    }

    @Test
    void aConsumerThatDisconnectsIsReported() {
        RawClient member = member("c1");
        int asked = client.send(307, OF_C1, NO_BODY);
        member.push();
        member.close();
        assertEquals(206, client.answer(asked).code());
    }

    @Test
    void anUnrequestedAnswerIsIgnored() {
        RawClient member = member("c1");
        answer(member, member.frame(307, 0, OF_C1, NO_BODY), 0, null, text("x"));
        int asked = client.send(307, OF_C1, NO_BODY);
        Frame request = member.push();
        answer(member, request, 0, null, text("first"));
        answer(member, request, 0, null, text("second"));
        assertEquals("first", new String(client.answer(asked).body()));
        broker.sent("T", 0, "", "the broker lives");
    }

    @Test
    void aToolMayDisconnectBeforeTheAnswer() {
        RawClient member = member("c1");
        RawClient tool = broker.client();
        tool.send(307, OF_C1, NO_BODY);
        Frame request = member.push();
        tool.close();
        answer(member, request, 0, null, text("x"));
        broker.sent("T", 0, "", "the broker lives");
    }

    @Test
    void theNumberOfPendingAnswersIsLimited() {
        RawClient member = member("c1");
        for (int i = 0; i < 256; i++) {
            client.send(307, OF_C1, NO_BODY);
        }
        assertEquals(2, client.answer(client.send(307, OF_C1, NO_BODY)).code());
        assertTrue(member.push().opaque() >= 0);
    }

    @Test
    void aMessageIsConsumedDirectly() {
        RawClient member = member("c1");
        String id = broker.sent("T", 1, "", "hello").field("msgId");
        int asked = client.send(309, Map.of("consumerGroup", "G", "clientId", "c1", "msgId", id, "topic", "T"), NO_BODY);
        Frame request = member.push();
        assertEquals(309, request.code());
        assertEquals(TestBroker.NAME, request.field("brokerName"));
        assertEquals(id, request.field("msgId"));
        byte[] stored = client.ask(33, Map.of("offset", "" + Long.parseLong(id.substring(16), 16))).body();
        assertArrayEquals(stored, request.body());
        byte[] result = text("{\"consumeResult\":\"CR_SUCCESS\"}");
        answer(member, request, 0, null, result);
        assertArrayEquals(result, client.answer(asked).body());

        for (String wrong : new String[] {"7F00000100002A9F00000000FFFFFFF8", "no id", ""}) {
            assertEquals(1, client.ask(309, Map.of("consumerGroup", "G", "clientId", "c1", "msgId", wrong)).code(), wrong);
        }
    }

    @Test
    void offsetsOfAllMembersAreCollected() {
        RawClient one = member("c1");
        RawClient two = member("c2");
        assertEquals(40, one.push().code());
        int asked = client.send(223, Map.of("group", "G", "topic", "T"), NO_BODY);
        String table = "{\"messageQueueTable\":{ {\"brokerName\":\"b\",\"queueId\":%d,\"topic\":\"T\"}:5}}";
        Frame first = one.push();
        assertEquals(221, first.code());
        assertEquals(Map.of("group", "G", "topic", "T"), first.fields());
        answer(one, first, 0, null, text(table.formatted(0)));
        answer(two, two.push(), 0, null, text(table.formatted(1)));
        assertEquals("{\"consumerTable\":{\"c1\":{{\"brokerName\":\"b\",\"queueId\":0,\"topic\":\"T\"}:5},"
                + "\"c2\":{{\"brokerName\":\"b\",\"queueId\":1,\"topic\":\"T\"}:5}},\"messageQueueTable\":{}}",
                new String(client.answer(asked).body()));

        asked = client.send(223, Map.of("group", "G", "topic", "T", "clientAddr", "c2"), NO_BODY);
        answer(two, two.push(), 0, null, text("rubbish"));
        assertEquals("{\"consumerTable\":{\"c2\":{}},\"messageQueueTable\":{}}",
                new String(client.answer(asked).body()));
    }
}
