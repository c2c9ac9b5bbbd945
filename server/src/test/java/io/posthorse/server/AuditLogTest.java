package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaHolder;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who created, changed, deleted and reset what stands in the server log, and no secret does. */
class AuditLogTest {
    @TempDir
    Path directory;

    private static List<String> audited(String word) throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.contains("io.posthorse.audit") && line.contains(word)).toList();
    }

    private static Map<String, String> topic(String queues, String permission) {
        return Map.of(
                "topic", "AuditTopic", "defaultTopic", "TBW102", "readQueueNums", queues, "writeQueueNums", queues,
                "perm", permission, "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false");
    }

    private static void assertAudited(String line) {
        await().untilAsserted(() -> assertFalse(audited(line).isEmpty(), line));
    }

    @Test
    void whatUsersChangeIsToldWithUserAndAddress() throws IOException {
        try (Users users = Users.start(directory); RawClient root = users.root()) {
            users.user("auditee", "Topic:Audit* Pub,Sub Allow");
            root.ask(17, topic("3", "6"));
            root.ask(17, topic("4", "4"));
            root.ask(200, Map.of(), TestBroker.text("{\"groupName\":\"AuditGroup\",\"consumeEnable\":true}"));
            root.ask(222, Map.of("topic", "AuditTopic", "group", "AuditGroup", "timestamp", "-1", "isForce", "true"));
            root.ask(25, Map.of(), TestBroker.text("maxMessageSize=5000000"));
            root.ask(207, Map.of("groupName", "AuditGroup"));
            root.ask(215, Map.of("topic", "AuditTopic"));
            root.ask(3003, Map.of("username", "auditee"));
            for (String line : List.of(
                    "user auditee was created", "rules of User:auditee were changed",
                    "topic AuditTopic was created: 3 queues to read, 3 to write, permission 6",
                    "topic AuditTopic was changed: 4 queues to read, 4 to write, permission 4",
                    "group AuditGroup was created",
                    "group AuditGroup was reset in topic AuditTopic, to offsets [0, 0, 0, 0]",
                    "settings were changed: maxMessageSize=5000000", "group AuditGroup was deleted",
                    "topic AuditTopic was deleted", "user auditee was deleted")) {
                assertAudited("root at 127.0.0.1: " + line);
            }
            assertEquals(List.of(), audited(Users.secret("auditee")));
        }
    }

    @Test
    void whatClientsMakeByUseIsToldAndTemporaryQueuesAreNot() throws Exception {
        try (TestBroker broker = TestBroker.start(directory)) {
            broker.sent("AuditByUse", 0, "", "x");
            assertAudited("somebody at 127.0.0.1: topic AuditByUse was created by its first message");
            var factory = new ActiveMQConnectionFactory(
                    "tcp://127.0.0.1:" + broker.server().openwirePort());
            try (Connection connection = factory.createConnection()) {
                connection.setClientID("auditor");
                connection.start();
                Session session = connection.createSession();
                session.createProducer(session.createQueue("audit.queue")).send(session.createTextMessage("x"));
                session.createDurableConsumer(session.createTopic("audit.topic"), "durably").close();
                session.unsubscribe("durably");
                String temporary = session.createTemporaryQueue().getQueueName();
                assertAudited("somebody at 127.0.0.1: destination queue://audit.queue was created");
                assertAudited("durable subscription");
                assertEquals(List.of(), audited(temporary));
            }
        }
    }

    @Test
    void secT21OfAFloodTheFirstLinesAreWrittenAndThenTheNumber() throws IOException {
        long[] nanos = {1_000_000_000L};
        AuditLog log = new AuditLog(new Clock() {
            @Override
            public long wallMs() {
                return 0;
            }

            @Override
            public long nanos() {
                return nanos[0];
            }
        });
        QuotaHolder flood = new QuotaHolder("flooder", InetAddress.getLoopbackAddress());
        for (int i = 0; i < 1_000; i++) {
            log.accept(flood, "topic flooded" + i + " was created");
        }
        log.accept(new QuotaHolder("quiet", InetAddress.getLoopbackAddress()), "topic wanted was created");
        nanos[0] += 1_000_000_000L;
        log.accept(flood, "topic later was created");
        assertEquals(20, audited("topic flooded").size());
        assertEquals(1, audited("quiet at 127.0.0.1: topic wanted").size());
        assertEquals(1, audited("980 more changes are not listed").size());
    }

    @Test
    void levelsOfTheServerLogChangeWhileItRunsAndOutliveARestart() {
        Logger net = Logger.getLogger("io.posthorse.net");
        try {
            try (TestBroker broker = TestBroker.start(directory); RawClient client = broker.client()) {
                assertEquals(16, client.ask(25, Map.of(), TestBroker.text("log.level=LOUD")).code());
                assertEquals(0, client.ask(25, Map.of(), TestBroker.text("log.level=WARN,net=DEBUG")).code());
                assertEquals(Level.FINE, net.getLevel());
                assertEquals(Level.WARNING, Logger.getLogger("io.posthorse").getLevel());
            }
            net.setLevel(null);
            try (TestBroker broker = TestBroker.start(directory); RawClient client = broker.client()) {
                assertEquals(Level.FINE, net.getLevel(), "it was kept");
                assertEquals(0, client.ask(25, Map.of(), TestBroker.text("log.level=")).code());
                assertTrue(net.getLevel() == null, "it was taken back");
            }
        } finally {
            net.setLevel(null);
            Logger.getLogger("io.posthorse").setLevel(null);
        }
    }
}
