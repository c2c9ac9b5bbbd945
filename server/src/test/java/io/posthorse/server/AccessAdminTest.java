package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The administration of users and rules over the network, in a file of accounts, and at the first start. */
class AccessAdminTest {
    @TempDir
    Path directory;

    private static String body(Frame answer) {
        assertEquals(0, answer.code(), answer.remark());
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void usersHaveTheFormOfRocketMq5() {
        try (Users users = Users.start(directory)) {
            RawClient root = users.user("ann").root();
            assertEquals("{\"password\":\"secret-of-ann\",\"userStatus\":\"enable\",\"userType\":\"Normal\","
                    + "\"username\":\"ann\"}", body(root.ask(3004, Map.of("username", "ann"))));
            assertEquals("[{\"userStatus\":\"enable\",\"userType\":\"Normal\",\"username\":\"ann\"},"
                    + "{\"userStatus\":\"enable\",\"userType\":\"Super\",\"username\":\"root\"}]",
                    body(root.ask(3005, Map.of())));
            assertEquals("[]", body(root.ask(3005, Map.of("filter", "x"))));
            assertEquals("", body(root.ask(3004, Map.of("username", "bob"))));
            Frame again = root.ask(3001, Map.of("username", "ann"), text("{\"password\":\"secret-of-ann\"}"));
            assertEquals(29, again.code());
            assertEquals("The user is existed: ann", again.remark());
            assertEquals(3001, root.ask(3002, Map.of("username", "bob"), text("{}")).code());
            assertEquals(3001, root.ask(3003, Map.of("username", "bob")).code());
            assertEquals(29, root.ask(3002, Map.of("username", "ann"), text("{\"userType\":\"Great\"}")).code());
            assertEquals(29, root.ask(3002, Map.of("username", "ann"), text("{\"userStatus\":\"on\"}")).code());
            assertEquals(29, root.ask(3001, Map.of("username", "bob"), text("{}")).code());
            assertEquals(0, root.ask(3002, Map.of("username", "ann"), text("{\"userType\":\"Super\"}")).code());
            assertEquals(0, users.client("ann").ask(3003, Map.of("username", "root")).code());
            assertEquals(29, users.client("ann").ask(3003, Map.of("username", "ann")).code());
        }
    }

    @Test
    void rulesHaveTheFormOfRocketMq5() {
        try (Users users = Users.start(directory)) {
            RawClient root = users.user("ann", "Topic:t* Pub,Sub Allow 10.0.0.0/8", "Group:g All Deny").root();
            String both = "{\"policies\":[{\"entries\":[{\"actions\":[\"Pub\",\"Sub\"],\"decision\":\"Allow\","
                    + "\"resource\":\"Topic:t*\",\"sourceIps\":[\"10.0.0.0/8\"]},{\"actions\":[\"All\"],"
                    + "\"decision\":\"Deny\",\"resource\":\"Group:g\",\"sourceIps\":[]}],\"policyType\":\"Custom\"}],"
                    + "\"subject\":\"User:ann\"}";
            assertEquals(both, body(root.ask(3009, Map.of("subject", "User:ann"))));
            assertEquals("[" + both + "]", body(root.ask(3010, Map.of())));
            assertEquals("[]", body(root.ask(3010, Map.of("subjectFilter", "bob"))));
            assertEquals("[]", body(root.ask(3010, Map.of("resourceFilter", "Cluster"))));
            assertEquals("", body(root.ask(3009, Map.of("subject", "User:root"))));
            assertEquals(0, root.ask(3007, Map.of("subject", "User:ann"), text("{\"policies\":[{\"policyType\":\"Default\","
                    + "\"entries\":[{\"resource\":\"*\",\"actions\":[\"Get\"],\"decision\":\"Allow\"}]}]}")).code());
            assertTrue(body(root.ask(3009, Map.of("subject", "User:ann"))).contains("\"policyType\":\"Default\""));
            assertEquals(3002, root.ask(3008, Map.of("subject", "User:ann", "resource", "Topic:x")).code());
            assertEquals(0, root.ask(3008, Map.of("subject", "User:ann", "policyType", "Default")).code());
            assertEquals(both, body(root.ask(3009, Map.of("subject", "User:ann"))));
            assertEquals(0, root.ask(3008, Map.of("subject", "User:ann")).code());
            assertEquals("[]", body(root.ask(3010, Map.of())));
            assertEquals(3001, Users.rule(root, "bob", "Topic:t Pub Allow").code());
            for (String wrong : new String[] {"Queue:t Pub Allow", "Topic:t Any Allow", "Topic:t Pub Perhaps",
                    "Topic:t Pub Allow example.org"}) {
                assertEquals(29, Users.rule(root, "ann", wrong).code(), wrong);
            }
            assertEquals(29, root.ask(3006, Map.of("subject", "ann"), text("{}")).code());
            assertEquals(29, root.ask(3006, Map.of("subject", "User:ann"), text("{\"policies\":[]}")).code());
        }
    }

    @Test
    void toolsOfRocketMq4CreateAccounts() {
        try (Users users = Users.start(directory)) {
            RawClient root = users.root();
            assertEquals(0, root.ask(50, Map.of("accessKey", "ann", "secretKey", Users.secret("ann"), "admin", "false",
                    "defaultTopicPerm", "DENY", "defaultGroupPerm", "SUB", "topicPerms", "T=PUB|SUB,U=DENY")).code());
            RawClient ann = users.client("ann");
            assertEquals(0, ann.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
            assertEquals(16, ann.ask(SEND_SHORT, shortSend("U", 0, ""), text("x")).code());
            assertEquals("2", body(root.ask(52, Map.of())).isEmpty() ? "2" : "");
            assertEquals(16, root.ask(53, Map.of("globalWhiteAddrs", "*")).code());
            assertEquals(29, root.ask(50, Map.of("accessKey", "bob", "secretKey", "short")).code());
            assertEquals(29, root.ask(50, Map.of("accessKey", Users.ROOT, "secretKey", "1234567")).code(),
                    "the last super user must stay one");
            assertEquals(0, root.ask(51, Map.of("accessKey", "ann")).code());
            assertEquals(16, ann.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
        }
    }

    @Test
    void accountsOfAFileAreReadAtEveryStartAndChangedOnlyThere() throws IOException {
        Path file = directory.resolve("plain_acl.yml");
        Files.writeString(file, "accounts:\n- accessKey: ann\n  secretKey: secret-of-ann\n  topicPerms:\n  - T=PUB\n");
        String set = "auth.plain.acl=" + file;
        try (Users users = Users.start(directory.resolve("data"), set)) {
            assertEquals(0, users.client("ann").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
            Frame change = users.root().ask(3002, Map.of("username", "ann"), text("{\"userType\":\"Super\"}"));
            assertTrue(change.remark().contains("change it there and restart"), change.remark());
            assertEquals(29, users.root().ask(3003, Map.of("username", "ann")).code());
            assertEquals(29, users.root().ask(51, Map.of("accessKey", "ann")).code());
        }
        Files.writeString(file, "accounts:\n- accessKey: bob\n  secretKey: secret-of-bob\n");
        try (Users users = Users.start(directory.resolve("data"), set)) {
            assertEquals(16, users.client("ann").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
            assertNull(users.client("bob").ask(105, Map.of("topic", "T")).remark());
            assertEquals(0, users.user("ann", "Topic:T Pub Allow").client("ann")
                    .ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
        }
        Files.writeString(file, "accounts:\n- accessKey: ann\n  secretKey: secret-of-ann\n");
        assertTrue(refusal(set).contains("is both in the file of accounts and in the data directory"));
        Files.delete(file);
        assertTrue(refusal(set).contains("there is no file"));
        Files.writeString(file, "accounts: 5");
        assertTrue(refusal(set).contains("is not an account file"));
    }

    private String refusal(String set) {
        List<String> sets = List.of("listenPort=0", "nameserver.port=0", "auth.enabled=true", set,
                "storePathRootDir=" + directory.resolve("data"), "mappedFileSizeCommitLog=16777216");
        return assertThrows(IOException.class, () -> Server.start(
                ConfigLoader.load(new ConfigSources(null, null, Map.of(), sets, "host"))).close()).getMessage();
    }

    @Test
    void secT07TheFirstStartWritesASecretThatOnlyTheOwnerCanRead() throws IOException {
        Path file = directory.resolve("admin.secret");
        String secret;
        try (TestBroker broker = TestBroker.start(directory, "auth.enabled=true")) {
            assertEquals("admin.secret", broker.server().secretFile());
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            List<String> lines = Files.readAllLines(file);
            assertEquals("accessKey=admin", lines.get(1));
            secret = lines.get(2).substring("secretKey=".length());
            assertEquals(0, broker.client().as("admin", secret).ask(3005, Map.of()).code());
            Files.delete(file);
        }
        try (TestBroker broker = TestBroker.start(directory, "auth.enabled=true")) {
            assertNull(broker.server().secretFile());
            assertEquals(0, broker.client().as("admin", secret).ask(3005, Map.of()).code());
        }
        try (TestBroker other = TestBroker.start(directory.resolve("other"), "auth.enabled=true")) {
            assertNotEquals(secret, Files.readAllLines(directory.resolve("other/admin.secret")).get(2).substring(10));
        }
    }

    @Test
    void withoutAccessControlThereAreNoUsers() {
        try (TestBroker broker = TestBroker.start(directory)) {
            for (int code : new int[] {3001, 3005, 3010, 50, 53}) {
                Frame answer = broker.client().ask(code, Map.of(), text("{}"));
                assertEquals(1, answer.code());
                assertTrue(answer.remark().contains("auth.enabled=true"), answer.remark());
            }
            assertFalse(Files.exists(directory.resolve("access.key")));
        }
    }
}
