package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that registers with name servers in other processes. */
class OtherNameServersTest {
    private static final int ROUTE = 105;

    @TempDir
    Path directory;

    private static Frame route(TestBroker at, String topic) {
        try (RawClient client = new RawClient(at.server().brokerPort(), false)) {
            return client.ask(ROUTE, Map.of("topic", topic));
        }
    }

    @Test
    void aBrokerIsRegisteredWhileItRuns() {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home")) {
            String address = "localhost:" + home.server().nameServerPort();
            TestBroker guest = TestBroker.start(
                    directory.resolve("guest"), "brokerName=guest", "nameserver.enabled=false", "namesrvAddr=" + address);
            guest.topic("Early", 3);
            Awaitility.await().until(() -> route(home, "Early").code() == 0);
            String json = new String(route(home, "Early").body());
            assertTrue(json.contains("\"guest\"") && json.contains(":" + guest.server().brokerPort()), json);
            assertTrue(json.contains("\"readQueueNums\":3"), json);
            guest.topic("Later", 1);
            Awaitility.await().until(() -> route(home, "Later").code() == 0);
            guest.close();
            Awaitility.await().until(() -> route(home, "Later").code() == 17);
        }
    }

    @Test
    void anUnreachableNameServerIsTriedAgain() {
        TestBroker probe = TestBroker.start(directory.resolve("probe"));
        int port = probe.server().nameServerPort();
        probe.close();
        try (TestBroker guest = TestBroker.start(
                directory.resolve("guest"), "brokerName=guest", "namesrvAddr=127.0.0.1:" + port)) {
            guest.topic("T", 1);
            try (TestBroker home = TestBroker.start(
                    directory.resolve("home"), "brokerName=home", "nameserver.port=" + port)) {
                assertEquals(port, home.server().nameServerPort());
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> route(home, "T").code() == 0);
            }
        }
    }

    @Test
    void aLostNameServerIsReportedOnceAndAgainWhenItIsBack() throws Exception {
        ServerSocket hung = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        String name = "name server 127.0.0.1:" + hung.getLocalPort();
        try (TestBroker guest = TestBroker.start(
                directory.resolve("guest"), "namesrvAddr=127.0.0.1:" + hung.getLocalPort())) {
            try (Socket first = hung.accept()) {
                Awaitility.await().untilAsserted(() -> assertEquals(1, told(name + " did not answer"), "it is silent"));
                assertTrue(first.isConnected());
            }
            try (Socket again = hung.accept()) {
                assertTrue(again.isConnected());
                Awaitility.await().pollDelay(Duration.ofSeconds(4)).untilAsserted(() -> assertEquals(
                        1, told(name + " did not answer") + told(name + " cannot be reached"), "reported once"));
            }
            hung.close();
            try (NameServerProcess back = alone(hung.getLocalPort())) {
                assertTrue(back.port() > 0);
                Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(
                        () -> assertEquals(1, told("Registered with the " + name + ", which is back")));
            }
            Awaitility.await().untilAsserted(() -> assertEquals(1, told(name + " cannot be reached"), "a new loss"));
            assertTrue(guest.server().brokerPort() > 0);
        } finally {
            hung.close();
        }
    }

    private static long told(String words) throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.contains(words)).count();
    }

    @Test
    void aSeparateNameServerKnowsTheBrokersOfOtherProcessesOnly() throws IOException {
        try (NameServerProcess alone = alone(0)) {
            TestBroker guest = TestBroker.start(
                    directory.resolve("guest"), "brokerName=guest", "nameserver.enabled=false",
                    "namesrvAddr=127.0.0.1:" + alone.port());
            guest.topic("T", 2);
            try (RawClient client = new RawClient(alone.port(), true)) {
                Awaitility.await().until(() -> client.ask(ROUTE, Map.of("topic", "T")).code() == 0);
                assertEquals(17, client.ask(ROUTE, Map.of("topic", "Nobodys")).code());
                Frame send = client.ask(310, TestBroker.shortSend("T", 0, ""), new byte[1]);
                assertEquals(3, send.code());
                assertTrue(send.remark().contains("a name server alone"), send.remark());
                guest.close();
                Awaitility.await().until(() -> client.ask(ROUTE, Map.of("topic", "T")).code() == 17);
            }
        }
    }

    @Test
    void aBrokerWhoseConnectionClosesIsForgotten() throws IOException {
        byte[] table = TestBroker.text("{\"topicConfigSerializeWrapper\":{\"topicConfigTable\":{\"T\":{\"topicName\":\"T\","
                + "\"readQueueNums\":1,\"writeQueueNums\":1,\"perm\":6}}}}");
        Map<String, String> fields = Map.of(
                "brokerName", "lost", "brokerAddr", "127.0.0.1:1", "clusterName", "C", "brokerId", "0", "haServerAddr", "",
                "compressed", "false");
        try (NameServerProcess alone = alone(0); RawClient client = new RawClient(alone.port(), false)) {
            try (RawClient broker = new RawClient(alone.port(), false)) {
                assertEquals(0, broker.ask(103, fields, table).code());
                assertEquals(0, client.ask(ROUTE, Map.of("topic", "T")).code());
            }
            Awaitility.await().until(() -> client.ask(ROUTE, Map.of("topic", "T")).code() == 17);
        }
    }

    @Test
    void anInvalidFrameEndsItsConnectionOnly() throws IOException {
        try (NameServerProcess alone = alone(0); RawClient good = new RawClient(alone.port(), false);
                Socket bad = new Socket("127.0.0.1", alone.port())) {
            bad.setSoTimeout(20_000);
            bad.getOutputStream().write(new byte[] {1, 16, 0, 0, 0, 0, 0, 0});
            assertEquals(-1, bad.getInputStream().read());
            assertEquals(17, good.ask(ROUTE, Map.of("topic", "Nobodys")).code());
        }
    }

    @Test
    void theConfigurationSurvivesARestartOnTheSamePort() throws IOException {
        int port;
        try (NameServerProcess first = alone(0); RawClient client = new RawClient(first.port(), false)) {
            port = first.port();
            assertEquals(0, client.ask(100, Map.of("namespace", "N", "key", "k", "value", "v")).code());
        }
        try (NameServerProcess second = alone(port); RawClient client = new RawClient(port, false)) {
            assertEquals("v", client.ask(101, Map.of("namespace", "N", "key", "k")).field("value"));
            IOException taken = assertThrows(IOException.class, () -> alone(0));
            assertTrue(taken.getMessage().contains("nameserver"), taken.getMessage());
        }
    }

    @Test
    void logLevelsChangeWhileItRunsAndSurviveARestart() throws IOException {
        Logger logger = Logger.getLogger("io.posthorse.nameserver");
        try {
            try (NameServerProcess first = alone(0); RawClient client = new RawClient(first.port(), false)) {
                Frame refused = client.ask(318, Map.of(), TestBroker.text("log.level=LOUD"));
                assertEquals(16, refused.code());
                assertTrue(refused.remark().contains("is not a level"), refused.remark());
                assertEquals(0, client.ask(318, Map.of(), TestBroker.text("log.level=nameserver=DEBUG")).code());
                assertEquals(Level.FINE, logger.getLevel());
            }
            logger.setLevel(null);
            try (NameServerProcess second = alone(0); RawClient client = new RawClient(second.port(), false)) {
                assertEquals(Level.FINE, logger.getLevel());
                String shown = new String(client.ask(319, Map.of()).body(), StandardCharsets.UTF_8);
                assertTrue(shown.contains("log.level"), shown);
                assertEquals(0, client.ask(318, Map.of(), TestBroker.text("log.level=")).code());
                assertNull(logger.getLevel());
            }
        } finally {
            logger.setLevel(null);
            Logger.getLogger("io.posthorse").setLevel(null);
        }
    }

    private NameServerProcess alone(int port) throws IOException {
        return NameServerProcess.start(ConfigLoader.load(new ConfigSources(
                ConfigSources.Role.NAME_SERVER, List.of(), null, null, Map.of(),
                List.of("listenPort=" + port, "storePathRootDir=" + directory.resolve("nameserver")), "host")));
    }
}
