package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND;
import static io.posthorse.server.TestBroker.SEND_BATCH;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.longSend;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed requests of users with rules. */
class AccessTest {
    private static final int DENIED = 16;

    @TempDir
    Path directory;

    private Users users;
    private RawClient root;

    @BeforeEach
    void start() {
        users = Users.start(directory)
                .user("pub", "Topic:T Pub Allow")
                .user("sub", "Topic:T Sub Allow", "Group:G Sub Allow")
                .user("none");
        root = users.root();
        assertEquals(0, root.ask(SEND_SHORT, shortSend("T", 0, ""), text("first")).code());
    }

    @AfterEach
    void stop() {
        users.close();
    }

    private static void assertDenied(Frame answer, String reason) {
        assertEquals(DENIED, answer.code(), answer.remark());
        assertTrue(answer.remark().startsWith("No permission: "), answer.remark());
        assertTrue(answer.remark().contains(reason), answer.remark());
    }

    @Test
    void usersMayDoWhatTheirRulesAllow() {
        for (boolean binary : new boolean[] {false, true}) {
            RawClient pub = users.broker().client(binary).as("pub", Users.secret("pub"));
            RawClient sub = users.broker().client(binary).as("sub", Users.secret("sub"));
            assertEquals(0, pub.ask(SEND_SHORT, shortSend("T", 0, ""), text("short")).code());
            assertEquals(0, pub.ask(SEND, longSend("T", 0, ""), text("long")).code());
            assertDenied(pub.ask(SEND_SHORT, shortSend("Other", 0, ""), text("x")),
                    "no rule of user pub allows Pub on Topic:Other from 127.0.0.1");
            assertDenied(pub.ask(PULL, pull("G", "T", 0, 0, "*", 0)), "no rule of user pub allows Sub on Group:G");
            assertEquals(0, sub.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)).code());
            assertEquals(0, sub.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
            assertDenied(sub.ask(PULL, pull("H", "T", 0, 0, "*", 0)), "Sub on Group:H");
            assertDenied(sub.ask(34, Map.of(), heartbeat("c", "H", "T", "*", 1)), "Sub on Group:H");
            assertDenied(sub.ask(34, Map.of(), heartbeat("c", "G", "U", "*", 1)), "Sub on Topic:U");
            assertDenied(sub.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "Pub on Topic:T");
        }
    }

    @Test
    void bodiesOfAnyLengthAndTextOfAnyKindAreSigned() {
        RawClient pub = users.client("pub");
        for (int length : new int[] {0, 1, 8_191, 8_192, 8_193, 100_000}) {
            int stored = length == 0 ? 13 : 0; // the signature is valid, but the request is refused
            assertEquals(stored, pub.ask(SEND_SHORT, shortSend("T", 0, "TAGS\u0001\u4e2d\"\\\ud83d\ude00\u0002"),
                    new byte[length]).code(), "body of " + length);
        }
        byte[] body = text("signed");
        Frame signed = pub.frame(SEND_SHORT, 0, shortSend("T", 0, ""), body);
        byte[] bytes = FrameCodec.encode(signed);
        bytes[bytes.length - 1] ^= 1;
        pub.write(bytes);
        assertDenied(pub.next(), "Check signature failed");
    }

    @Test
    void unsignedRequestsAreRefused() {
        RawClient client = users.broker().client();
        assertDenied(client.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "the request is not signed");
        assertDenied(client.ask(105, Map.of("topic", "T")), "the request is not signed");
        assertDenied(client.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)), "the request is not signed");
        assertDenied(client.ask(9_999, Map.of()), "the request is not signed");
        assertDenied(client.ask(28, Map.of("AccessKey", "root")), "the request is not signed");
        long before = root.ask(30, Map.of("topic", "T", "queueId", "0")).number("offset", -1);
        client.sendOneWay(SEND_SHORT, shortSend("T", 0, ""), text("x"));
        client.ask(28, Map.of());
        assertEquals(before, root.ask(30, Map.of("topic", "T", "queueId", "0")).number("offset", -1));
    }

    @Test
    void secT19AWrongSecretAndAnUnknownUserGetTheSameAnswer() {
        String wrong = users.broker().client().as("pub", "not the secret").ask(28, Map.of()).remark();
        String unknown = users.broker().client().as("pup", "not the secret").ask(28, Map.of()).remark();
        assertEquals(wrong.replace("pub", "pup"), unknown);
        assertTrue(wrong.contains("Check signature failed"), wrong);
        RawClient client = users.broker().client();
        for (String signature : new String[] {"", "x", "A".repeat(28), "A".repeat(10_000)}) {
            assertDenied(client.ask(28, Map.of("AccessKey", "other" + signature.length(), "Signature", signature)),
                    "Check signature failed");
        }
    }

    @Test
    void secT16AnAmbiguousRequestIsRefused() {
        RawClient none = users.client("none");
        Map<String, String> fields = Signature.sign(Map.of("topic", "T"), new byte[0], "root", Users.ROOT_SECRET);
        String pairs = fields.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue() + "\"")
                .collect(Collectors.joining(","));
        String start = "{\"code\":202,\"language\":\"JAVA\",\"version\":407,\"opaque\":7,\"flag\":0,";
        for (String attack : new String[] {
            start + "\"extFields\":{\"topic\":\"Other\"," + pairs + "}}",
            start + "\"extFields\":{" + pairs + ",\"topic\":\"Other\"}}",
            start + "\"extFields\":{" + pairs + "},\"extFields\":{\"more\":\"x\"}}",
            start + "\"extFields\":{" + pairs + ",\"more\":{\"a\":1}}}"
        }) {
            byte[] header = attack.getBytes(StandardCharsets.UTF_8);
            none.write(ByteBuffer.allocate(8 + header.length).putInt(4 + header.length).putInt(header.length)
                    .put(header).array());
            Frame answer = none.next();
            assertEquals(DENIED, answer.code(), attack + " " + answer.remark());
        }
        byte[] plain = (start + "\"extFields\":{" + pairs + "}}").getBytes(StandardCharsets.UTF_8);
        none.write(ByteBuffer.allocate(8 + plain.length).putInt(4 + plain.length).putInt(plain.length)
                .put(plain).array());
        assertEquals(0, none.next().code());
    }

    @Test
    void binaryHeadersMayContainAFieldTwice() {
        Map<String, String> fields = Signature.sign(shortSend("T", 0, ""), text("x"), "pub", Users.secret("pub"));
        RawClient client = users.broker().client(true);
        ByteBuf out = Unpooled.buffer();
        for (int round = 0; round < 2; round++) {
            fields.forEach((name, value) -> out.writeShort(name.length()).writeBytes(text(name)).writeInt(value.length())
                    .writeBytes(text(value)));
        }
        byte[] all = new byte[out.readableBytes()];
        out.readBytes(all);
        ByteBuf frame = Unpooled.buffer();
        frame.writeInt(4 + 21 + all.length + 1).writeInt(1 << 24 | 21 + all.length);
        frame.writeShort(SEND_SHORT).writeByte(0).writeShort(513).writeInt(5).writeInt(0).writeInt(0);
        frame.writeInt(all.length).writeBytes(all).writeByte('x');
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes);
        for (int i = 0; i < 3; i++) {
            client.write(bytes);
            Frame answer = client.next();
            assertEquals(0, answer.code(), answer.remark());
            assertEquals(0, client.as("pub", Users.secret("pub")).ask(SEND_SHORT, shortSend("T", 0, ""), text("y")).code());
        }
    }

    @Test
    void onlyNewClientsSignTheFlagOfAQueryByUniqueKey() {
        Map<String, String> query = new LinkedHashMap<>(Map.of("topic", "T", "key", "k", "maxNum", "1",
                "beginTimestamp", "0", "endTimestamp", "9999999999999"));
        RawClient client = users.broker().client();
        Map<String, String> old = Signature.sign(query, new byte[0], "sub", Users.secret("sub"));
        old.put("_UNIQUE_KEY_QUERY", "true");
        query.put("_UNIQUE_KEY_QUERY", "true");
        Map<String, String> now = Signature.sign(query, new byte[0], "sub", Users.secret("sub"));
        assertEquals(22, versioned(client, 399, old).code());
        assertEquals(22, versioned(client, 400, now).code());
        assertDenied(versioned(client, 400, old), "Check signature failed");
    }

    private static Frame versioned(RawClient client, int version, Map<String, String> fields) {
        Frame request = client.frame(12, 0, fields, new byte[0]);
        client.write(FrameCodec.encode(new Frame(12, 0, version, request.opaque(), 0, null, fields, new byte[0], false)));
        return client.answer(request.opaque());
    }

    @Test
    void aRouteIsAnsweredSoThatTheNextRequestGetsTheReason() {
        RawClient none = users.client("none");
        Frame known = none.ask(105, Map.of("topic", "T"));
        Frame unknown = none.ask(105, Map.of("topic", "NoSuchTopic"));
        assertEquals(0, known.code());
        assertEquals(new String(known.body()), new String(unknown.body()), "existence is not revealed");
        assertEquals(17, root.ask(105, Map.of("topic", "NoSuchTopic")).code());
        assertNotEquals(new String(known.body()),
                new String(users.client("pub").ask(105, Map.of("topic", "T")).body()), "T has four queues");
    }

    @Test
    void changesApplyToTheNextRequestOfOpenConnections() {
        RawClient sub = users.client("sub");
        RawClient pub = users.client("pub");
        long end = root.ask(30, Map.of("topic", "T", "queueId", "0")).number("offset", -1);
        int held = sub.send(PULL, pull("G", "T", 0, end, "*", 50_000), new byte[0]);
        assertEquals(0, pub.ask(SEND_SHORT, shortSend("T", 1, ""), text("x")).code());

        assertEquals(0, root.ask(3008, Map.of("subject", "User:sub", "resource", "Topic:T")).code());
        assertEquals(19, sub.answer(held).code(), "the held pull is refused");
        assertDenied(sub.ask(PULL, pull("G", "T", 0, end, "*", 50_000)), "Sub on Topic:T");

        assertEquals(0, Users.rule(root, "pub", "Topic:T Pub Deny").code());
        assertDenied(pub.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "rule \"Deny Pub on Topic:T\" of user pub");
        assertEquals(0, root.ask(3002, Map.of("username", "pub"), text("{\"password\":\"a new secret\"}")).code());
        assertDenied(pub.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "Check signature failed");
        assertDenied(pub.as("pub", "a new secret").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "rule \"Deny");
        assertEquals(0, root.ask(3002, Map.of("username", "pub"), text("{\"userStatus\":\"disable\"}")).code());
        assertDenied(pub.ask(105, Map.of("topic", "T")), "user pub is disabled");
        assertEquals(0, root.ask(3003, Map.of("username", "pub")).code());
        assertDenied(pub.ask(105, Map.of("topic", "T")), "Check signature failed");
    }

    @Test
    void usersAndRulesSurviveARestart() {
        users.close();
        users = Users.start(directory);
        assertEquals(0, users.client("pub").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
        assertDenied(users.client("pub").ask(PULL, pull("G", "T", 0, 0, "*", 0)), "Sub on Group:G");
    }

    @Test
    void secT20ARuleIsBoundToItsSources() {
        users.user("near", "Topic:T Pub Allow 127.0.0.0/8").user("far", "Topic:T Pub Allow 10.0.0.0/8");
        assertEquals(0, users.client("near").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
        assertDenied(users.client("far").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")), "from 127.0.0.1");
    }

    @Test
    void batchesAndRepliesAreSends() {
        assertDenied(users.client("sub").ask(SEND_BATCH, shortSend("T", 0, ""), new byte[30]), "Pub on Topic:T");
        Frame admitted = users.client("pub").ask(SEND_BATCH, shortSend("T", 0, ""), new byte[30]);
        assertFalse(String.valueOf(admitted.remark()).startsWith("No permission"), admitted.remark());
    }

    @Test
    void secT16ABlankOrMissingTopicAsksForPermissionOnEachTopicOfTheGroup() {
        users.user("half", "Group:G Get,Update Allow", "Group:H Get,Update,Create Allow", "Topic:T Get,Update Allow");
        assertEquals(0, root.ask(SEND_SHORT, shortSend("U", 0, ""), text("x")).code());
        for (String topic : new String[] {"T", "U"}) {
            assertEquals(0, root.ask(15, Map.of(
                    "consumerGroup", "G", "topic", topic, "queueId", "0", "commitOffset", "1")).code());
        }
        RawClient half = users.client("half");
        Map<String, String> groups = Map.of("srcGroup", "G", "destGroup", "H", "offline", "true");
        for (String topic : new String[] {" ", "", "U"}) {
            Map<String, String> fields = new LinkedHashMap<>(groups);
            fields.put("topic", topic);
            assertDenied(half.ask(314, fields), "Update on Topic:U");
        }
        assertDenied(half.ask(314, groups), "Update on Topic:U");
        Map<String, String> allowed = new LinkedHashMap<>(groups);
        allowed.put("topic", "T");
        assertEquals(0, half.ask(314, allowed).code());
        assertDenied(half.ask(208, Map.of("consumerGroup", "G", "topicList", "T;U")), "Get on Topic:U");
        assertEquals(0, half.ask(208, Map.of("consumerGroup", "G", "topicList", "T", "topic", "U")).code());
        assertEquals(0, half.ask(208, Map.of("consumerGroup", "G")).code());
    }
}
