package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that tools read and change (25, 26), and changes that survive a restart. */
class ConfigAdminTest {
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

    private Properties settings() {
        Frame answer = client.ask(26, Map.of());
        Golden.assertLike("026_brokerConfig", answer);
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(new String(answer.body())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    private Frame change(String text) {
        return client.ask(25, Map.of(), text(text));
    }

    private void restart() {
        broker.close();
        broker = TestBroker.start(directory);
        client = broker.client();
    }

    private int send(String topic, int bytes) {
        return client.ask(SEND_SHORT, shortSend(topic, 0, ""), new byte[bytes]).code();
    }

    @Test
    void settingsAreListedUnderRocketMqsNames() {
        Properties settings = settings();
        assertEquals(TestBroker.NAME, settings.getProperty("brokerName"));
        assertEquals("4194304", settings.getProperty("maxMessageSize"));
        assertEquals("16777216", settings.getProperty("mappedFileSizeCommitLog"));
        assertEquals("04", settings.getProperty("deleteWhen"));
        assertEquals(directory.toString(), settings.getProperty("storePathRootDir"));
    }

    @Test
    void aChangeAppliesAtOnceAndAfterARestart() {
        assertEquals(0, change("autoCreateTopicEnable=false\nmaxMessageSize=2048\nfileReservedTime=48\n").code());
        assertEquals(17, send("Unknown", 1));
        assertEquals(13, send("T", 2_049));
        assertEquals(17, client.ask(105, Map.of("topic", "TBW102")).code());

        restart();
        assertEquals("false", settings().getProperty("autoCreateTopicEnable"));
        assertEquals("48", settings().getProperty("fileReservedTime"));
        assertEquals(17, send("Unknown", 1));
        assertEquals(13, send("T", 2_049));

        assertEquals(0, change("autoCreateTopicEnable=true\nmaxMessageSize=").code());
        assertEquals(0, send("Unknown", 2_049));
        restart();
        assertEquals("4194304", settings().getProperty("maxMessageSize"));
    }

    @Test
    void groupsAreNotCreatedWhileThatIsTurnedOff() {
        change("autoCreateSubscriptionGroup=false");
        assertEquals(26, client.ask(PULL, pull("Never", "T", 0, 0, "*", 0)).code());
    }

    @Test
    void theBrokerCanBeMadeReadOnlyAndWritable() {
        broker.sent("T", 0, "", "x");
        assertEquals(0, change("brokerPermission=4").code());
        assertEquals(16, send("T", 1));
        assertEquals(16, send("Unknown", 1));
        assertEquals(0, client.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
        assertTrue(new String(client.ask(105, Map.of("topic", "T")).body()).contains("\"perm\":4"));
        change("brokerPermission=2");
        assertEquals(0, send("T", 1));
        assertEquals(16, client.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
        change("brokerPermission=6");
        assertEquals(0, client.ask(PULL, pull("G", "T", 0, 0, "*", 0)).code());
    }

    @Test
    void aCompleteListingMayBeSentBackWithOneChangedValue() {
        String listing = new String(client.ask(26, Map.of()).body());
        assertEquals(0, change(listing).code());
        assertEquals(0, change(listing.replace("diskMaxUsedSpaceRatio=75", "diskMaxUsedSpaceRatio=80")).code());
        assertEquals("80", settings().getProperty("diskMaxUsedSpaceRatio"));
    }

    @Test
    void aRefusalNamesEveryKeyAndChangesNothing() {
        Frame refused = change("maxMessageSize=2048\nlistenPort=1\nnoSuchKey=1\ninSyncReplicas=1\ndeleteWhen=25");
        assertEquals(16, refused.code());
        for (String part : List.of(
                "listenPort: it cannot be changed while the server runs", "noSuchKey: there is no such key",
                "inSyncReplicas: it has no meaning for this broker", "deleteWhen: the value \"25\" is not valid")) {
            assertTrue(refused.remark().contains(part), refused.remark());
        }
        assertEquals(0, send("T", 2_049));
    }

    @Test
    void oneDamagedCopyLosesTheLastChangeAtMostAndTwoPreventTheStart() throws IOException {
        change("fileReservedTime=48");
        change("fileReservedTime=49");
        broker.close();
        List<Path> copies;
        try (var files = Files.list(directory)) {
            copies = files.filter(f -> f.getFileName().toString().startsWith("settings-")).sorted().toList();
        }
        assertEquals(2, copies.size());
        Files.write(copies.getLast(), new byte[] {1, 2, 3});
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals("48", settings().getProperty("fileReservedTime"));
        broker.close();
        for (Path copy : copies) {
            Files.write(copy, new byte[] {1, 2, 3});
        }
        Throwable failure = assertThrows(UncheckedIOException.class, () -> TestBroker.start(directory));
        assertTrue(failure.getMessage().contains("settings-0.table and settings-1.table"), failure.getMessage());
        for (Path copy : copies) {
            Files.delete(copy);
        }
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals("72", settings().getProperty("fileReservedTime"));
    }

    @Test
    void anIncompleteFirstWriteDoesNotPreventTheStart() throws IOException {
        broker.close();
        Files.write(directory.resolve("settings-1.table"), new byte[] {1, 2, 3});
        broker = TestBroker.start(directory);
        client = broker.client();
        assertEquals(0, change("fileReservedTime=48").code());
        restart();
        assertEquals("48", settings().getProperty("fileReservedTime"));
    }

    @Test
    void theNameServersKeyValuesSurviveARestart() {
        Map<String, String> entry = Map.of("namespace", "ORDER_TOPIC_CONFIG", "key", "T", "value", "broker-a:2");
        assertEquals(0, client.ask(100, entry).code());
        assertEquals(0, client.ask(100, Map.of("namespace", "n", "key", "gone", "value", "v")).code());
        assertEquals(0, client.ask(102, Map.of("namespace", "n", "key", "gone")).code());
        assertEquals(0, client.ask(318, Map.of(), text("orderMessageEnable=true")).code());
        restart();
        assertEquals("broker-a:2", client.ask(101, entry).field("value"));
        assertEquals(22, client.ask(101, Map.of("namespace", "n", "key", "gone")).code());
        assertTrue(new String(client.ask(105, Map.of("topic", "T")).body()).contains("\"orderTopicConf\":\"broker-a:2\""));
        assertEquals(0, client.ask(318, Map.of(), text("orderMessageEnable=false")).code());
        restart();
        assertFalse(new String(client.ask(105, Map.of("topic", "T")).body()).contains("orderTopicConf"));
    }
}
