package io.posthorse.server;

import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replies to requests: 324, 325, and the push to the waiting client, 326. */
class ReplyTest {
    private static final int REPLY = 324;
    private static final int REPLY_SHORT = 325;
    private static final int PUSH = 326;

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient asking;
    private RawClient replying;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        asking = broker.client();
        replying = broker.client();
        asking.ask(34, Map.of(), text("{\"clientID\":\"me@1\",\"producerDataSet\":[{\"groupName\":\"Askers\"}]}"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static Map<String, String> reply(String to) {
        return shortSend("DefaultCluster_REPLY_TOPIC", 0,
                "MSG_TYPE\u0001reply\u0002CORRELATION_ID\u0001c-1\u0002REPLY_TO_CLIENT\u0001" + to + "\u0002");
    }

    private Frame pushed() {
        Frame push = asking.push();
        assertEquals(PUSH, push.code());
        assertArrayEquals(text("fine"), push.body());
        assertEquals("DefaultCluster_REPLY_TOPIC", push.field("topic"));
        assertEquals("Producers", push.field("producerGroup"));
        assertTrue(push.field("bornHost").startsWith("127.0.0.1:"), push.field("bornHost"));
        Map<String, String> properties = MessageView.properties(push.field("properties"));
        assertEquals("c-1", properties.get("CORRELATION_ID"));
        assertTrue(properties.containsKey("PUSH_REPLY_TIME"));
        return push;
    }

    @Test
    void theReplyIsPushedToTheWaitingClient() {
        int opaque = replying.send(REPLY_SHORT, reply("me@1"), text("fine"));
        asking.write(io.posthorse.codec.rocketmq.FrameCodec.encode(pushed().answer(0, null, Map.of(), RawClient.NO_BODY)));
        Frame answer = replying.answer(opaque);
        assertEquals(0, answer.code(), answer.remark());
        assertEquals("0", answer.field("msgId"));
        assertEquals(0, broker.end("DefaultCluster_REPLY_TOPIC", 0), "it is not stored");
    }

    @Test
    void theLongFormatAndTheClientsRefusalAreSupported() {
        Map<String, String> fields = TestBroker.longSend("DefaultCluster_REPLY_TOPIC", 0,
                "CORRELATION_ID\u0001c-1\u0002REPLY_TO_CLIENT\u0001me@1\u0002");
        int opaque = replying.send(REPLY, fields, text("fine"));
        asking.write(io.posthorse.codec.rocketmq.FrameCodec.encode(
                pushed().answer(1, "nobody waits", Map.of(), RawClient.NO_BODY)));
        Frame answer = replying.answer(opaque);
        assertEquals(1, answer.code());
        assertTrue(answer.remark().contains("nobody waits"), answer.remark());
    }

    @Test
    void aReplyToAnUnknownClientIsRefused() {
        assertEquals(1, replying.ask(REPLY_SHORT, reply("you@2"), text("fine")).code());
        assertEquals(13, replying.ask(REPLY_SHORT, shortSend("T", 0, ""), text("fine")).code());
        asking.close();
        org.awaitility.Awaitility.await().until(
                () -> replying.ask(REPLY_SHORT, reply("me@1"), text("fine")).code() == 1);
    }
}
