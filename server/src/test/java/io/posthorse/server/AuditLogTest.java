package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.server.config.LogLevels;
import io.posthorse.testkit.SimulatedClock;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
                session.createDurableConsumer(session.createTopic("audit.topic"), "durably", "a = 1", false).close();
                assertAudited("was deleted, with what waited for it: it is made anew");
                session.unsubscribe("durably");
                String temporary = session.createTemporaryQueue().getQueueName();
                assertAudited("somebody at 127.0.0.1: destination queue://audit.queue was created");
                assertAudited("durable subscription");
                assertEquals(List.of(), audited(temporary));
            }
        }
    }

    private final SimulatedClock clock = new SimulatedClock(0);
    private final List<Runnable> due = new ArrayList<>();
    private final AuditLog log = new AuditLog(clock, (ms, task) -> {
        due.add(task);
        return () -> due.remove(task);
    });

    private static QuotaHolder holder(String user) {
        return new QuotaHolder(user, InetAddress.getLoopbackAddress());
    }

    @Test
    void secT21OfAFloodTheFirstLinesAreWrittenAndThenTheNumber() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            log.creation(holder("flooder"), "topic flooded" + i + " was created");
        }
        log.creation(holder("quiet"), "topic wanted was created");
        assertEquals(1, due.size());
        due.getFirst().run();
        assertEquals(20, audited("topic flooded").size());
        assertEquals(1, audited("quiet at 127.0.0.1: topic wanted").size());
        assertEquals(1, audited("flooder at 127.0.0.1: 980 more changes are not listed").size());
    }

    @Test
    void secT21AFloodOfCreationsHidesNoDeletion() throws IOException {
        for (int i = 0; i < 500; i++) {
            log.creation(holder("hider"), "topic noise" + i + " was created");
        }
        log.change(holder("hider"), "topic hidden was deleted");
        assertEquals(1, audited("hider at 127.0.0.1: topic hidden was deleted").size());
    }

    @Test
    void secT21UsersWithoutEndHideNoDeletion() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            log.creation(holder("crowd" + i), "topic crowded" + i + " was created");
        }
        log.change(holder("crowd-last"), "topic lost was deleted");
        assertEquals(1, audited("crowd-last at 127.0.0.1: topic lost was deleted").size());
        assertEquals(AuditLog.HOLDERS_MAX + AuditLog.CREATIONS_PER_SECOND, audited("topic crowded").size());
    }

    @Test
    void whatWasLeftOutIsToldWhenTheServerStops() throws IOException {
        for (int i = 0; i < AuditLog.CHANGES_PER_SECOND + 7; i++) {
            log.change(holder("sweeper"), "topic swept was deleted");
        }
        clock.advance(5_000);
        log.change(holder("sweeper"), "topic last was deleted");
        log.close();
        assertEquals(AuditLog.CHANGES_PER_SECOND, audited("topic swept").size());
        assertEquals(1, audited("sweeper at 127.0.0.1: 7 more changes are not listed").size());
    }

    @Test
    void aSummaryLeavesThePresentSecondsCountsAsTheyAre() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.creation(holder("steady"), "topic steady" + i + " was created");
        }
        due.removeFirst().run();
        log.creation(holder("steady"), "topic steady-later was created");
        assertEquals(AuditLog.CREATIONS_PER_SECOND, audited("topic steady").size());
        assertEquals(1, audited("steady at 127.0.0.1: 10 more changes are not listed").size());
    }

    @Test
    void secT21ALongReportIsCut() throws IOException {
        log.change(holder("verbose"), "topic " + "long".repeat(20_000) + " was deleted");
        assertEquals(1, audited("verbose at 127.0.0.1: topic longlong").size());
        assertTrue(audited("verbose at").getFirst().length() < AuditLog.CHARS_MAX + 200);
        assertTrue(audited("verbose at").getFirst().endsWith(" ... and more"));
    }

    @Test
    void secT21WhatChangesNothingIsNotReported() throws IOException {
        try (TestBroker broker = TestBroker.start(directory); RawClient client = broker.client()) {
            Map<String, String> entry = Map.of("namespace", "AuditSpace", "key", "k", "value", "v");
            for (int code : new int[] {102, 100, 100, 102, 102}) {
                assertEquals(0, client.ask(code, entry).code());
            }
            client.ask(215, Map.of("topic", "AuditMissing"));
            client.ask(216, Map.of("topic", "AuditMissing"));
            for (int code : new int[] {205, 205}) {
                client.ask(code, Map.of("brokerName", "broker-a"));
            }
            byte[] mode = TestBroker.text(
                    "{\"topic\":\"AuditModes\",\"consumerGroup\":\"AuditModes\",\"mode\":\"POP\",\"popShareQueueNum\":3}");
            client.ask(401, Map.of(), mode);
            client.ask(401, Map.of(), mode);
            assertAudited("group AuditModes has the mode POP 3 in topic AuditModes");
            assertEquals(1, audited("group AuditModes has the mode").size());
            assertEquals(2, audited("of AuditSpace was").size());
            assertEquals(List.of(), audited("AuditMissing"));
            assertEquals(1, audited("broker broker-a was made read-only in routes").size());
        }
    }

    /** Both requests of one connection are read before the disk has kept the first one's change. */
    @Test
    void secT21AChangeIsToldOfWhoAskedForItWhoeverSignsNextOnTheConnection() throws IOException {
        try (Users users = Users.start(directory); RawClient root = users.root()) {
            users.user("nobody-yet").user("signer", "Topic:Audit* Pub,Sub Allow");
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(FrameCodec.encode(root.frame(3003, 0, Map.of("username", "nobody-yet"), RawClient.NO_BODY)));
            root.as("signer", Users.secret("signer"));
            both.writeBytes(FrameCodec.encode(root.frame(9_999, 0, Map.of(), RawClient.NO_BODY)));
            root.write(both.toByteArray());
            assertAudited("root at 127.0.0.1: user nobody-yet was deleted");
        }
    }

    @Test
    void secT21TheNetworkCannotMakeTheServerLogSilent() throws IOException {
        try (TestBroker broker = TestBroker.start(directory); RawClient client = broker.client()) {
            for (String level : List.of("OFF", "ERROR", "WARN", "INFO,audit=OFF", "INFO,audit=WARN", "INFO,net=OFF")) {
                assertEquals(16, client.ask(25, Map.of(), TestBroker.text("log.level=" + level)).code(), level);
            }
            assertEquals(0, client.ask(25, Map.of(), TestBroker.text("log.level=WARN,audit=INFO")).code());
            assertAudited("somebody at 127.0.0.1: settings were changed: log.level=WARN,audit=INFO");
            assertEquals(0, client.ask(25, Map.of(), TestBroker.text("log.level=")).code());
        } finally {
            LogLevels.of(LogLevels.STANDARD).apply();
        }
    }

    @Test
    void levelsOfTheServerLogChangeWhileItRunsAndOutliveARestart() {
        Logger net = Logger.getLogger("io.posthorse.net");
        try {
            try (TestBroker broker = TestBroker.start(directory); RawClient client = broker.client()) {
                assertEquals(16, client.ask(25, Map.of(), TestBroker.text("log.level=LOUD")).code());
                assertEquals(0, client.ask(25, Map.of(), TestBroker.text("log.level=WARN,net=DEBUG,audit=INFO")).code());
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
