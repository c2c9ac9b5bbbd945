package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Property of one user: no other client gets his signature, his undecided messages, or replies to him. */
@Timeout(60)
class OwnershipTest {
    private static final int REPLY_SHORT = 325;
    private static final int PUSH = 326;
    private static final int CHECK = 39;
    private static final List<String> CREDENTIALS = List.of("AccessKey", "Signature", "SecurityToken");

    @TempDir
    private Path directory;

    private Users users;
    private RawClient root;

    @BeforeEach
    void start() {
        users = Users.start(directory)
                .user("con", "Topic:T Sub Allow", "Group:G Sub Allow")
                .user("pub", "Topic:T Pub Allow")
                .user("nobody", "Topic:Mine Pub Allow");
        root = users.root();
        assertEquals(0, root.ask(17, Map.of("topic", "T", "readQueueNums", "1", "writeQueueNums", "1", "perm", "6")).code());
    }

    @AfterEach
    void stop() {
        users.close();
    }

    private RawClient member(String clientId) {
        RawClient member = users.client("con");
        assertEquals(0, member.ask(34, Map.of(), heartbeat(clientId, "G", "T", "*", 1)).code());
        assertEquals(40, member.push().code());
        return member;
    }

    private static void assertBare(Frame pushed) {
        for (String field : CREDENTIALS) {
            assertFalse(pushed.fields().containsKey(field), () -> pushed.code() + " contains " + field);
        }
        String all = pushed.fields() + new String(pushed.body(), StandardCharsets.ISO_8859_1);
        assertFalse(all.contains(Users.ROOT_SECRET) || all.contains(Users.secret("con")), all);
    }

    private static void answer(RawClient member, Frame asked) {
        member.write(FrameCodec.encode(asked.answer(0, null, Map.of(), text("{}"))));
    }

    /** Requests of operators' tools that the broker forwards: 307, 309, 223, and 220. */
    @Test
    void secT25ForwardedRequestsContainNoSignature() {
        RawClient member = member("c1");
        String id = root.ask(SEND_SHORT, shortSend("T", 0, ""), text("m")).field("msgId");
        Map<Integer, Map<String, String>> relayed = Map.of(
                307, Map.of("consumerGroup", "G", "clientId", "c1", "jstackEnable", "false"),
                309, Map.of("consumerGroup", "G", "clientId", "c1", "msgId", id, "topic", "T"),
                223, Map.of("group", "G", "topic", "T"),
                222, Map.of("group", "G", "topic", "T", "timestamp", "0", "isForce", "true"));
        relayed.forEach((code, fields) -> {
            Map<String, String> all = new HashMap<>(fields);
            all.put("SecurityToken", "a token");
            int asked = root.send(code, all, RawClient.NO_BODY);
            Frame pushed = member.push();
            while (pushed.code() == 40) {
                pushed = member.push();
            }
            assertBare(pushed);
            if (!pushed.isOneWay()) {
                answer(member, pushed);
            }
            root.answer(asked);
        });
    }

    @Test
    void secT25SignaturesAreNotForwardedWithoutAccessControlEither() {
        users.close();
        try (TestBroker open = TestBroker.start(directory.resolve("open"))) {
            RawClient member = open.client();
            member.ask(34, Map.of(), heartbeat("c1", "G", "T", "*", 1));
            assertEquals(40, member.push().code());
            RawClient tool = open.client().as("root", Users.ROOT_SECRET);
            tool.send(307, Map.of("consumerGroup", "G", "clientId", "c1", "jstackEnable", "false"), RawClient.NO_BODY);
            assertBare(member.push());
        }
        users = Users.start(directory.resolve("again"));
    }

    private Frame prepared() {
        Map<String, String> fields = shortSend("T", 0, "TRAN_MSG\u0001true\u0002PGROUP\u0001Bank\u0002UNIQ_KEY\u0001u1\u0002"
                + "CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002");
        fields.put("f", "4");
        return users.client("pub").ask(SEND_SHORT, fields, text("half a message"));
    }

    private static byte[] produces(String clientId, String group) {
        return text("{\"clientID\":\"" + clientId + "\",\"producerDataSet\":[{\"groupName\":\"" + group
                + "\"}],\"consumerDataSet\":[]}");
    }

    @Test
    void secT26OnlyProducersWithPermissionAreAskedAboutTransactions() {
        RawClient stranger = users.client("nobody");
        assertEquals(0, stranger.ask(34, Map.of(), produces("c1", "Bank")).code());
        RawClient producer = users.client("pub");
        assertEquals(0, producer.ask(34, Map.of(), produces("c2", "Bank")).code());
        assertEquals(0, prepared().code());
        Frame asked = producer.push();
        assertEquals(CHECK, asked.code());
        assertBare(asked);
        assertFalse(heard(stranger), "another user got the message");
    }

    /**
     * Returns whether the broker has sent anything but answers: awaits an answer, behind which earlier requests have
     * arrived.
     */
    private static boolean heard(RawClient client) {
        client.ask(34, Map.of(), produces("c1", "Bank"));
        return client.hasPushed();
    }

    @Test
    void secT26RepliesGoToTheUserOfTheClientId() {
        RawClient asking = users.client("pub");
        asking.ask(34, Map.of(), produces("me@1", "Askers"));
        RawClient thief = users.client("nobody");
        thief.ask(34, Map.of(), produces("me@1", "Askers"));
        Map<String, String> reply = shortSend("DefaultCluster_REPLY_TOPIC", 0,
                "MSG_TYPE\u0001reply\u0002CORRELATION_ID\u0001c-1\u0002REPLY_TO_CLIENT\u0001me@1\u0002");
        RawClient replying = users.client("con");
        int opaque = replying.send(REPLY_SHORT, reply, text("fine"));
        Frame pushed = asking.push();
        assertEquals(PUSH, pushed.code());
        assertBare(pushed);
        answer(asking, pushed);
        assertEquals(0, replying.answer(opaque).code());
        assertFalse(heard(thief));
    }
}
