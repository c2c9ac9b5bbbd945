package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways around users and rules that other brokers left open, tried on this one. SECURITY.md has the table. */
class SecurityTest {
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
                .user("other", "Topic:Mine All Allow", "Group:Mine All Allow");
        root = users.root();
        assertEquals(0, root.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)).code());
    }

    @AfterEach
    void stop() {
        users.close();
    }

    private static void assertDenied(Frame answer) {
        assertEquals(DENIED, answer.code(), answer.remark());
        assertTrue(answer.remark().startsWith("No permission: "), answer.remark());
    }

    private String stored(String topic, String properties) {
        Frame sent = root.ask(SEND_SHORT, shortSend(topic, 0, properties), text("secret body"));
        assertEquals(0, sent.code(), sent.remark());
        return sent.field("msgId");
    }

    private static String position(String messageId) {
        return "" + Long.parseLong(messageId.substring(messageId.length() - 16), 16);
    }

    @Test
    void secT03OrdinaryUsersSeeNoSecret() {
        for (String user : new String[] {"pub", "sub", "other"}) {
            for (int code : new int[] {26, 3004, 3005, 3009, 3010, 50, 51, 52, 53, 54}) {
                assertDenied(users.client(user).ask(code, Map.of("username", "root", "subject", "User:root")));
            }
        }
        String settings = new String(root.ask(26, Map.of()).body());
        assertFalse(settings.contains(Users.ROOT_SECRET) || settings.contains("initAuthenticationUser"), settings);
        assertFalse(new String(root.ask(3005, Map.of()).body()).contains("secret-of"));
    }

    @Test
    void secT03FilesOfTheDataDirectoryShowNoSecret() throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).filter(f -> !f.toString().endsWith(".log")).toList()) {
                if (Files.size(file) < 1 << 20) {
                    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                    assertFalse(text.contains("secret-of-"), file.toString());
                }
            }
        }
    }

    @Test
    void secT07NothingIsBuiltIn() {
        for (String name : new String[] {"admin", "rocketmq", "RocketMQ", "rocketmq2", "root"}) {
            for (String secret : new String[] {"admin", "12345678", "1234567", "rocketmq", "root", "password"}) {
                assertDenied(users.broker().client().as(name, secret).ask(28, Map.of()));
            }
        }
    }

    @Test
    void secT07GuessingIsSlow() {
        for (int i = 0; i < 5; i++) {
            Frame answer = users.broker().client().as("pub", "guess " + i).ask(28, Map.of());
            assertTrue(answer.remark().contains("Check signature failed"), answer.remark());
        }
        Frame sixth = users.client("pub").ask(SEND_SHORT, shortSend("T", 0, ""), text("x"));
        assertDenied(sixth);
        assertTrue(sixth.remark().contains("too many wrong signatures"), sixth.remark());
        assertEquals("Topic:T", sees("sub") ? "Topic:T" : "", "other users do not wait");
    }

    private boolean sees(String user) {
        Frame answer = users.client(user).ask(30, Map.of("topic", "T", "queueId", "0"));
        return !String.valueOf(answer.remark()).startsWith("No permission");
    }

    @Test
    void secT15UnsignedRequestsHaveNoEffect() {
        int topics = topics();
        RawClient stranger = users.broker().client();
        for (int code = 0; code < 400; code++) {
            assertDenied(stranger.ask(code, Map.of("topic", "New" + code, "b", "New" + code, "consumerGroup", "New"),
                    heartbeat("c", "New", "New", "*", 1)));
        }
        assertEquals(topics, topics());
    }

    private int topics() {
        return new String(root.ask(206, Map.of()).body()).split(",").length;
    }

    @Test
    void secT16OnlyUsersWithPermissionOnItsTopicReadAMessage() {
        String id = stored("T", "");
        Map<String, String> view = Map.of("offset", position(id), "topic", "Mine");
        assertDenied(users.client("other").ask(33, view));
        assertDenied(users.client("pub").ask(33, view));
        assertEquals(0, users.client("sub").ask(33, view).code());
    }

    /** 309 sends a stored message to a consumer that the request names. */
    @Test
    void secT16NoFormOfAMessageIdHasAForeignMessageSentToOnesOwnConsumer() {
        String id = stored("T", "");
        String hex = Long.toHexString(Long.parseLong(position(id)));
        RawClient own = users.client("other");
        assertEquals(0, own.ask(34, Map.of("topic", "Mine"), heartbeat("own", "Mine", "Mine", "*", 1)).code());
        for (String form : List.of(id, hex, "0".repeat(16 - hex.length()) + hex, "0".repeat(31 - hex.length()) + hex,
                id.substring(0, 16) + "+" + id.substring(17), " ".repeat(16) + id.substring(16), "f" + id)) {
            Frame answer = users.client("other").ask(309, Map.of("consumerGroup", "Mine", "clientId", "own", "msgId", form));
            assertNotEquals(0, answer.code(), form);
        }
        assertFalse(pushes(own).contains(309), "nothing was sent to the consumer");
    }

    private static List<Integer> pushes(RawClient client) {
        List<Integer> codes = new ArrayList<>();
        client.ask(9_999, Map.of()); // its answer comes behind all that was pushed
        while (client.hasPushed()) {
            codes.add(client.push().code());
        }
        return codes;
    }

    @Test
    void secT16InternalTopicsAreForSuperUsersOnly() {
        users.user("all", "Topic:* Sub Allow", "Topic:T Sub Deny", "Group:* Sub Allow");
        Map<String, String> later = shortSend("T", 0, "DELAY\u00015\u0002");
        assertEquals(0, root.ask(SEND_SHORT, later, text("secret")).code());
        for (String topic : new String[] {"SCHEDULE_TOPIC_XXXX", "RMQ_SYS_TRANS_HALF_TOPIC"}) {
            Map<String, String> pull = Map.of("consumerGroup", "G", "topic", topic, "queueId", "0", "queueOffset", "0",
                    "maxMsgNums", "32", "sysFlag", "4", "subscription", "*");
            assertEquals(DENIED, users.client("all").ask(11, pull).code());
            assertNotEquals(DENIED, root.ask(11, pull).code());
        }
    }

    @Test
    void secT16SendingBackCannotCopyForeignMessages() {
        String id = stored("T", "");
        Map<String, String> back = Map.of("offset", position(id), "group", "Mine", "delayLevel", "0", "originTopic", "Mine");
        assertDenied(users.client("other").ask(36, back));
        assertDenied(users.client("sub").ask(36, Map.of("offset", position(id), "group", "H", "delayLevel", "0")));
        assertEquals(0, users.client("sub").ask(36, Map.of("offset", position(id), "group", "G", "delayLevel", "0")).code());
    }

    @Test
    void secT16OnlyProducersWithPermissionEndATransaction() {
        Map<String, String> send = shortSend(
                "T", 0, "TRAN_MSG\u0001true\u0002PGROUP\u0001Producers\u0002UNIQ_KEY\u0001u\u0002");
        send.put("f", "4");
        Frame prepared = root.ask(SEND_SHORT, send, text("x"));
        assertEquals(0, prepared.code(), prepared.remark());
        Map<String, String> end = Map.of("producerGroup", "Producers", "tranStateTableOffset",
                prepared.field("queueOffset"), "commitLogOffset", position(prepared.field("msgId")), "commitOrRollback", "8",
                "msgId", "u", "topic", "Mine");
        assertDenied(users.client("other").ask(37, end));
        assertDenied(users.client("sub").ask(37, end));
        Frame ended = users.client("pub").ask(37, end);
        assertFalse(String.valueOf(ended.remark()).startsWith("No permission"), ended.remark());
    }

    @Test
    void secT16RetryAndDeadLetterTopicsBelongToTheirGroup() {
        stored("T", "");
        assertEquals(0, users.client("sub").ask(SEND_SHORT, shortSend("%RETRY%G", 0, ""), text("x")).code());
        assertDenied(users.client("pub").ask(SEND_SHORT, shortSend("%RETRY%G", 0, ""), text("x")));
        assertDenied(users.client("other").ask(SEND_SHORT, shortSend("%RETRY%G", 0, ""), text("x")));
        assertDenied(users.client("other").ask(PULL, pull("Mine", "%RETRY%G", 0, 0, "*", 0)));
        assertDenied(users.client("other").ask(PULL, pull("Mine", "%DLQ%G", 0, 0, "*", 0)));
        assertDenied(users.client("other").ask(30, Map.of("topic", "%RETRY%G", "queueId", "0")));
        for (RawClient client : new RawClient[] {users.client("sub"), users.client("pub"), users.root()}) {
            assertDenied(client.ask(SEND_SHORT, shortSend("%DLQ%G", 0, ""), text("x")));
            assertDenied(client.ask(SEND_SHORT, shortSend("RMQ_SYS_ANYTHING", 0, ""), text("x")));
            assertEquals(DENIED, client.ask(SEND_SHORT, shortSend("SCHEDULE_TOPIC_XXXX", 0, ""), text("x")).code());
            assertEquals(DENIED, client.ask(SEND_SHORT, shortSend("RMQ_SYS_TRANS_HALF_TOPIC", 0, ""), text("x")).code());
        }
        Frame traces = users.client("sub").ask(SEND_SHORT, shortSend("RMQ_SYS_TRACE_TOPIC", 0, ""), text("x"));
        assertFalse(String.valueOf(traces.remark()).startsWith("No permission"), traces.remark());
    }

    @Test
    void secT16NamesInBodiesAreChecked() {
        assertDenied(users.client("other").ask(34, Map.of("topic", "Mine"), heartbeat("c", "G", "Mine", "*", 1)));
        assertDenied(users.client("other").ask(34, Map.of("topic", "Mine"), heartbeat("c", "Mine", "T", "*", 1)));
        assertDenied(users.client("other").ask(41, Map.of("consumerGroup", "Mine"), text(
                "{\"consumerGroup\":\"G\",\"clientId\":\"c\",\"mqSet\":[{\"topic\":\"Mine\",\"queueId\":0}]}")));
        assertDenied(users.client("other").ask(41, Map.of("consumerGroup", "Mine"), text(
                "{\"consumerGroup\":\"Mine\",\"clientId\":\"c\",\"mqSet\":[{\"topic\":\"T\",\"queueId\":0}]}")));
        assertDenied(users.client("other").ask(200, Map.of(), text("{\"groupName\":\"G\"}")));
        assertDenied(users.client("other").ask(18, Map.of(),
                text("{\"topicConfigList\":[{\"topicName\":\"Mine\"},{\"topicName\":\"T\"}]}")));
        assertDenied(users.client("other").ask(225, Map.of(),
                text("{\"groupConfigList\":[{\"groupName\":\"Mine\"},{\"groupName\":\"G\"}]}")));
    }

    @Test
    void secT16LentMessagesBelongToTheirTopicAndGroup() {
        stored("T", "");
        Map<String, String> pop = Map.of("consumerGroup", "G", "topic", "T", "queueId", "-1", "maxMsgNums", "1",
                "invisibleTime", "10000", "pollTime", "0", "bornTime", "0", "initMode", "0");
        assertDenied(users.client("other").ask(200_050, pop));
        assertDenied(users.client("pub").ask(200_050, pop));
        Frame lent = users.client("sub").ask(200_050, pop);
        assertEquals(0, lent.code(), lent.remark());
        assertDenied(users.client("other").ask(200_151, Map.of("consumerGroup", "Mine", "topic", "Mine"),
                text("{\"acks\":[{\"c\":\"Mine\",\"t\":\"Mine\",\"q\":0},{\"c\":\"G\",\"t\":\"T\",\"q\":0}]}")));
        assertDenied(users.client("other").ask(401, Map.of(),
                text("{\"topic\":\"Mine\",\"consumerGroup\":\"G\",\"mode\":\"POP\"}")));
    }

    @Test
    void secT16EveryNameIsChecked() {
        StringBuilder many = new StringBuilder("{\"consumerGroup\":\"Mine\",\"clientId\":\"c\",\"mqSet\":[");
        for (int i = 0; i < 10_000; i++) {
            many.append("{\"topic\":\"M").append(i).append("\"},");
        }
        many.append("{\"topic\":\"T\"}]}");
        users.user("wide", "Topic:M* Sub Allow", "Group:Mine Sub Allow");
        assertEquals(29, users.client("wide").ask(41, Map.of(), text(many.toString())).code());
        String few = many.toString().replace("{\"topic\":\"M0\"},", "");
        assertDenied(users.client("wide").ask(41, Map.of(), text(few)));
    }

    @Test
    void secT18ListsNeedPermissionForTheCluster() {
        for (int code : new int[] {21, 201, 206, 224, 304, 305, 106, 28, 43, 328}) {
            assertDenied(users.client("other").ask(code, Map.of("cluster", "DefaultCluster")));
        }
    }

    @Test
    void secT19ASignatureIsValidForItsRequestOnly() {
        RawClient sub = users.client("sub");
        Frame pull = sub.frame(PULL, 0, pull("G", "T", 0, 0, "*", 0), new byte[0]);
        for (int code : new int[] {215, 207, 17, 25, 3001, 3005, 10}) {
            sub.write(FrameCodec.encode(new Frame(
                    code, 0, 407, pull.opaque(), 0, null, pull.fields(), pull.body(), false)));
            assertDenied(sub.next());
        }
    }

    @Test
    void secT21RefusalsDoNotFillTheLog() throws IOException {
        long before = log().lines().count();
        RawClient stranger = users.broker().client();
        long began = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
            stranger.ask(105, Map.of("topic", "T"));
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2;
        long lines = log().lines().count() - before;
        assertTrue(lines >= 1 && lines <= 10 * seconds, lines + " lines in " + seconds + " s");
    }

    private static String log() throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1);
    }

    @Test
    void secT03NothingLogsASecretOrABody() throws IOException {
        String planted = "planted-" + System.nanoTime();
        assertEquals(0, root.ask(3001, Map.of("username", "planted"), text("{\"password\":\"" + planted + "\"}")).code());
        assertEquals(29, root.ask(3001, Map.of("username", "planted"), text("{\"password\":\"" + planted + "\"}")).code());
        assertEquals(29, root.ask(3001, Map.of("username", "a b"), text("{\"password\":\"" + planted + "\"}")).code());
        assertEquals(29, root.ask(3001, Map.of("username", "x"), text("{\"password\":\"" + planted)).code());
        assertEquals(29, root.ask(50, Map.of("accessKey", "y", "secretKey", planted, "topicPerms", "T=WRONG")).code());
        assertEquals(0, root.ask(SEND_SHORT, shortSend("T", 0, "KEYS\u0001" + planted + "\u0002"), text(planted)).code());
        RawClient planting = users.broker().client().as("planted", planted);
        assertDenied(planting.ask(SEND_SHORT, shortSend("T", 0, ""), text(planted)));
        assertDenied(users.broker().client().as("planted", planted + "x").ask(28, Map.of()));
        assertEquals(0, root.ask(3002, Map.of("username", "planted"), text("{\"password\":\"" + planted + "2\"}")).code());
        root.ask(3002, Map.of("username", "planted"), text("{\"password\":\"" + planted + "2\",\"userType\":\"?\"}"));
        users.close();
        users = Users.start(directory);
        String log = log();
        assertTrue(log.contains("is refused"), "the log is written");
        assertFalse(log.contains(planted), "a secret or a body is logged");
        assertFalse(log.contains("secret-of-"), "a secret is logged");
    }

    @Test
    void c9DamagedUsersPreventTheStart() throws IOException {
        users.close();
        for (int slot = 0; slot < 2; slot++) {
            Files.write(directory.resolve("access-" + slot + ".acl"), new byte[0]);
        }
        UncheckedIOException refused = assertThrows(UncheckedIOException.class, () -> Users.start(directory));
        assertTrue(refused.getMessage().contains("does not start without its rules"), refused.getMessage());
        for (int slot = 0; slot < 2; slot++) {
            Files.delete(directory.resolve("access-" + slot + ".acl"));
        }
        assertThrows(UncheckedIOException.class, () -> Users.start(directory));
        Files.delete(directory.resolve("access.key"));
        users = Users.start(directory);
    }
}
