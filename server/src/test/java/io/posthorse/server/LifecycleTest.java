package io.posthorse.server;

import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.platform.DirectoryInUseException;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Start, stop and restart; the maximum number of connections. */
class LifecycleTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"flushDiskType=ASYNC_FLUSH", "flushDiskType=SYNC_FLUSH"})
    void aRestartKeepsMessagesOffsetsTopicsAndGroups(String flush) {
        try (TestBroker broker = TestBroker.start(directory, flush)) {
            broker.topic("T", 3);
            for (int i = 0; i < 50; i++) {
                broker.sent("T", i % 3, "TAGS\u0001red\u0002", "m" + i);
            }
            RawClient client = broker.client();
            client.ask(15, Map.of("consumerGroup", "G", "topic", "T", "queueId", "1", "commitOffset", "7"));
            client.ask(200, Map.of(), text("{\"groupName\":\"Off\",\"consumeEnable\":false}"));
        }
        for (int start = 0; start < 2; start++) {
            try (TestBroker broker = TestBroker.start(directory, flush)) {
                RawClient client = broker.client();
                assertEquals(17 + start, broker.end("T", 0));
                assertEquals(17, broker.end("T", 1));
                assertEquals("m1", broker.read("T", 1, 0).getFirst().text());
                Map<String, String> queue = Map.of("consumerGroup", "G", "topic", "T", "queueId", "1");
                assertEquals("7", client.ask(14, queue).field("offset"));
                assertEquals(16, client.ask(PULL, pull("Off", "T", 0, 0, "*", 0)).code());
                assertEquals(29, client.ask(30, Map.of("topic", "T", "queueId", "3")).code());
                assertEquals("" + (17 + start), broker.sent("T", 0, "", "new").field("queueOffset"));
            }
        }
    }

    @Test
    void clientsMayDisconnectBeforeTheirAnswers() {
        try (TestBroker broker = TestBroker.start(directory, "flushDiskType=SYNC_FLUSH")) {
            for (int round = 0; round < 20; round++) {
                RawClient client = broker.client(round % 2 == 0);
                for (int i = 0; i < 50; i++) {
                    client.send(SEND_SHORT, shortSend("T", 0, ""), text("unheard"));
                }
                client.close();
            }
            broker.sent("T", 0, "", "heard");
            assertEquals("unheard", broker.read("T", 0, 0).getFirst().text());
        }
    }

    @Test
    void aDelayedMessageSurvivesARestart() {
        try (TestBroker broker = TestBroker.start(directory)) {
            broker.topic("T", 1);
            broker.client().ask(SEND_SHORT, shortSend("T", 0, "DELAY\u00011\u0002"), text("late"));
        }
        try (TestBroker broker = TestBroker.start(directory)) {
            List<Stored> late = Stored.all(
                    broker.client().ask(PULL, pull("G", "T", 0, 0, "*", 15_000)).body());
            assertEquals(List.of("late"), late.stream().map(Stored::text).toList());
        }
    }

    @Test
    void aSecondServerOnTheSameDirectoryIsRefused() {
        try (TestBroker broker = TestBroker.start(directory)) {
            ConfigSources sources = new ConfigSources(null, null, Map.of(),
                    List.of("listenPort=0", "nameserver.port=0", "grpc.enabled=false", "openwire.enabled=false",
                            "storePathRootDir=" + directory), "host");

            IOException refusal =
                    assertThrows(DirectoryInUseException.class, () -> Server.start(ConfigLoader.load(sources)));
            assertTrue(refusal.getMessage().contains(directory.toString()), refusal.getMessage());
            broker.sent("T", 0, "", "the first one works");
        }
    }

    @Test
    void aPortInUseIsRefusedAndTheDirectoryReleased() {
        try (TestBroker broker = TestBroker.start(directory.resolve("one"))) {
            String port = "" + broker.server().brokerPort();
            ConfigSources sources = new ConfigSources(null, null, Map.of(),
                    List.of("listenPort=" + port, "vip.enabled=false", "nameserver.port=0", "grpc.enabled=false",
                    "openwire.enabled=false",
                            "storePathRootDir=" + directory.resolve("two")), "host");

            IOException refusal = assertThrows(IOException.class, () -> Server.start(ConfigLoader.load(sources)));
            assertTrue(refusal.getMessage().contains(port), refusal.getMessage());
            TestBroker.start(directory.resolve("two")).close();
        }
    }

    @Test
    void secT23ConnectionsBeyondTheLimitAreClosedAtOnce() {
        try (TestBroker broker = TestBroker.start(directory, "connections.max=3")) {
            List<RawClient> allowed = List.of(broker.client(), broker.client(), broker.client());
            for (RawClient client : allowed) {
                assertEquals(0, client.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[1]).code());
            }
            assertTrue(broker.client().isClosedByPeer());
            assertTrue(broker.client().isClosedByPeer());
            assertEquals(0, allowed.get(2).ask(SEND_SHORT, shortSend("T", 0, ""), new byte[1]).code());

            allowed.get(0).close();
            await().ignoreExceptions().until(
                    () -> broker.client().ask(SEND_SHORT, shortSend("T", 0, ""), new byte[1]).code() == 0);
        }
    }

    @Test
    void theNameServerRoutesToTheBroker() {
        try (TestBroker broker = TestBroker.start(directory);
                RawClient names = new RawClient(broker.server().nameServerPort(), false)) {
            broker.topic("T", 2);
            JsonValue.Obj route = JsonReader.read(names.ask(105, Map.of("topic", "T")).body()).asObject();

            JsonValue.Obj data = route.array("brokerDatas").getFirst().asObject();
            assertEquals("127.0.0.1:" + broker.server().brokerPort(), data.object("brokerAddrs").text("0", ""));
            assertEquals(2, route.array("queueDatas").getFirst().asObject().integer("writeQueueNums", 0));
            assertEquals(17, names.ask(105, Map.of("topic", "Nothing")).code());
        }
    }
}
