package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several brokers in one process: what they share, and what one does not feel of another. */
@Timeout(60)
class SeveralBrokersTest {
    private static final int ROUTE = 105;
    private static final int CLUSTER = 106;
    private static final int CREATE_TOPIC = 17;
    private static final int DELETE_TOPIC = 215;
    private static final int CHANGE_SETTINGS = 25;
    private static final int SETTINGS = 26;
    private static final int ASSIGNMENT = 400;

    @TempDir
    Path directory;

    private final List<RawClient> clients = new ArrayList<>();

    private TestBroker start(int brokers, String... sets) {
        List<String> all = new ArrayList<>(List.of(sets));
        all.add("brokers=" + brokers);
        return TestBroker.start(directory, all.toArray(String[]::new));
    }

    private RawClient client(TestBroker of, int number) {
        RawClient client = new RawClient(of.server().brokers().get(number).port(), false);
        clients.add(client);
        return client;
    }

    private static void send(RawClient client, String topic, String body) {
        Frame answer = client.ask(SEND_SHORT, shortSend(topic, 0, ""), text(body));
        assertEquals(0, answer.code(), answer.remark());
    }

    private static List<String> read(RawClient client, String topic) {
        return Stored.all(client.ask(PULL, pull("Readers", topic, 0, 0, "*", 0), NO_BODY).body()).stream()
                .map(Stored::text).toList();
    }

    private static Frame create(RawClient client, String topic) {
        return client.ask(CREATE_TOPIC, Map.of(
                "topic", topic, "defaultTopic", "TBW102", "readQueueNums", "2", "writeQueueNums", "2", "perm", "6",
                "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
    }

    private static String json(Frame answer) {
        assertEquals(0, answer.code(), answer.remark());
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static List<String> hosts(RawClient names, String topic) {
        Frame answer = names.ask(ROUTE, Map.of("topic", topic));
        return answer.code() != 0 ? List.of() : JsonReader.read(answer.body()).asObject().array("queueDatas").stream()
                .map(queues -> queues.asObject().text("brokerName", "")).sorted().toList();
    }

    private Path log(int number) {
        return directory.resolve("brokers").resolve("" + number).resolve("00000000000000000000.log");
    }

    @Test
    void eachKeepsItsOwnMessagesAcrossARestart() {
        try (TestBroker broker = start(2)) {
            send(client(broker, 0), "T", "first");
            send(client(broker, 1), "T", "second");
            assertEquals(List.of("first"), read(client(broker, 0), "T"));
        }
        assertTrue(Files.exists(log(1)));
        try (TestBroker broker = start(2)) {
            assertEquals(List.of("broker-a", "broker-a-1"),
                    broker.server().brokers().stream().map(Server.Served::name).toList());
            assertEquals(List.of("first"), read(client(broker, 0), "T"));
            assertEquals(List.of("second"), read(client(broker, 1), "T"));
        }
    }

    @Test
    void theNameServerRoutesToAllOfThem() {
        try (TestBroker broker = start(3); RawClient names = new RawClient(broker.server().nameServerPort(), false)) {
            for (int i = 0; i < 50; i++) {
                assertEquals(0, create(client(broker, 1), "OfOne" + i).code());
                assertEquals(List.of("broker-a-1"), hosts(names, "OfOne" + i), "created, so it has a route");
            }
            for (int number = 0; number < 3; number++) {
                assertEquals(0, create(client(broker, number), "T").code());
            }
            assertEquals(List.of("broker-a", "broker-a-1", "broker-a-2"), hosts(names, "T"));
            JsonValue.Obj route = JsonReader.read(names.ask(ROUTE, Map.of("topic", "T")).body()).asObject();
            for (JsonValue data : route.array("brokerDatas")) {
                String name = data.asObject().text("brokerName", "");
                int number = name.equals("broker-a") ? 0 : Integer.parseInt(name.substring("broker-a-".length()));
                assertEquals("127.0.0.1:" + broker.server().brokers().get(number).port(),
                        data.asObject().object("brokerAddrs").text("0", ""));
            }
            String cluster = json(names.ask(CLUSTER, Map.of()));
            assertTrue(cluster.contains("\"DefaultCluster\":[\"broker-a\",\"broker-a-1\",\"broker-a-2\"]"), cluster);
            assertEquals(0, client(broker, 2).ask(DELETE_TOPIC, Map.of("topic", "T")).code());
            assertEquals(List.of("broker-a", "broker-a-1"), hosts(names, "T"));
        }
    }

    @Test
    void anyOfThemAssignsTheQueuesOfAll() {
        try (TestBroker broker = start(2)) {
            for (int asked = 0; asked < 2; asked++) {
                assertEquals(0, create(client(broker, asked), "T").code());
                client(broker, asked).ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1));
            }
            for (int asked = 0; asked < 2; asked++) {
                RawClient client = client(broker, asked);
                client.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1));
                String assigned = json(client.ask(ASSIGNMENT, Map.of(), text("{\"topic\":\"T\",\"consumerGroup\":\"G\","
                        + "\"clientId\":\"c\",\"strategyName\":\"AVG\",\"messageModel\":\"CLUSTERING\"}")));
                assertEquals(5, assigned.split("\"queueId\"", -1).length, assigned);
                assertTrue(assigned.contains("\"broker-a\"") && assigned.contains("\"broker-a-1\""), assigned);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void oneThatIsStuckDelaysNoOther(int stuck) {
        CountDownLatch continues = new CountDownLatch(1);
        try (TestBroker broker = start(2)) {
            RawClient waits = client(broker, stuck);
            broker.server().nodes().get(stuck).network().owner().execute(() -> pass(continues));
            int sent = waits.send(SEND_SHORT, shortSend("T", 0, ""), text("later"));
            send(client(broker, 1 - stuck), "T", "meanwhile");
            assertEquals(List.of("meanwhile"), read(client(broker, 1 - stuck), "T"));
            if (stuck == 1) {
                try (RawClient names = new RawClient(broker.server().nameServerPort(), false)) {
                    assertEquals(List.of("broker-a", "broker-a-1"), hosts(names, "TBW102"));
                }
            }
            continues.countDown();
            assertEquals(0, waits.answer(sent).code());
        } finally {
            continues.countDown();
        }
    }

    @Test
    void oneWhoseDiskFailsCostsNoOther() {
        TestBroker broker = start(2);
        try {
            for (int number = 0; number < 2; number++) {
                send(client(broker, number), "T", "before");
            }
            RawClient fails = client(broker, 1);
            broker.server().nodes().get(1).network().owner().execute(() -> Thread.currentThread().interrupt()); // ends files
            Frame refused = fails.ask(SEND_SHORT, shortSend("T", 0, ""), text("refused"));
            assertTrue(refused.code() != 0, "its disk has failed");
            send(client(broker, 0), "T", "behind");
            assertEquals(List.of("before", "behind"), read(client(broker, 0), "T"));
            assertEquals(0, create(client(broker, 0), "Later").code());
        } finally {
            assertTrue(assertThrows(UncheckedIOException.class, broker::close).getMessage().contains("the log failed"));
        }
        try (TestBroker again = start(2)) {
            assertEquals(List.of("before", "behind"), read(client(again, 0), "T"));
            assertEquals(List.of("before"), read(client(again, 1), "T"));
        }
    }

    private static void pass(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void closeClients() {
        clients.forEach(RawClient::close);
    }

    @Test
    void aSettingIsChangedAtTheOneThatIsAsked() {
        try (TestBroker broker = start(2)) {
            assertEquals(0, client(broker, 1).ask(CHANGE_SETTINGS, Map.of(), text("fileReservedTime=5")).code());
            Frame levels = client(broker, 1).ask(CHANGE_SETTINGS, Map.of(), text("log.level=WARN"));
            assertTrue(levels.remark().contains("first broker, broker-a."), levels.remark());
        }
        try (TestBroker broker = start(2)) {
            assertTrue(json(client(broker, 0).ask(SETTINGS, Map.of())).contains("fileReservedTime=72\n"));
            String second = json(client(broker, 1).ask(SETTINGS, Map.of()));
            assertTrue(second.contains("fileReservedTime=5\n"), second);
            assertTrue(second.contains("brokerName=broker-a-1\n"), second);
        }
    }

    @Test
    void directoriesThatAreNotServedAreReported() throws IOException {
        try (TestBroker broker = start(3)) {
            send(client(broker, 2), "T", "left");
        }
        try (TestBroker broker = start(1)) {
            assertEquals(1, broker.server().brokers().size());
        }
        String warning = Files.readAllLines(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.contains("are not served") && line.contains(directory.toString())).findFirst()
                .orElseThrow();
        assertTrue(warning.contains(log(1).getParent() + ", " + log(2).getParent()), warning);
        assertTrue(warning.contains("start it with brokers=3"), warning);
        assertEquals(null, DataDirectory.unserved(directory, 3));
        try (TestBroker broker = start(3)) {
            assertEquals(List.of("left"), read(client(broker, 2), "T"));
        }
        Files.createFile(directory.resolve("brokers").resolve("letter.txt"));
        assertTrue(assertThrows(IOException.class, () -> DataDirectory.requireOurs(directory, null)).getMessage()
                .contains("brokers/"));
    }

    private Server open(String... sets) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "nameserver.port=0", "grpc.enabled=false", "openwire.enabled=false", "storePathRootDir=" + directory,
                "brokerName=b", "brokers=3", "mappedFileSizeCommitLog=16777216"));
        all.addAll(List.of(sets));
        return Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host")));
    }

    @Test
    void aPortInUseIsNamedAndEverythingIsReleased() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = other.getLocalPort();
            IOException refusal = assertThrows(
                    IOException.class, () -> open("listenPort=" + (port - 8), "vip.enabled=false"));
            assertTrue(refusal.getMessage().contains("The port 127.0.0.1:" + port + " for RocketMQ clients of broker b-2,"
                    + " listenPort + 8 cannot be opened"), refusal.getMessage());
            refusal = assertThrows(IOException.class, () -> open("listenPort=" + (port - 2)));
            assertTrue(refusal.getMessage().contains("The port 127.0.0.1:" + port + " for old RocketMQ clients of broker"
                    + " b-1, listenPort + 2 cannot be opened"), refusal.getMessage());
        }
        open("listenPort=0").close();
    }

    @Test
    void oneThatCannotBeOpenedIsNamedAndTheOthersAreClosedWhole() throws IOException {
        try (Server server = open("listenPort=0"); RawClient first = new RawClient(server.brokerPort(), false)) {
            send(first, "T", "kept");
        }
        Path node = Files.createFile(directory.resolve("brokers").resolve("2").resolve("node"));
        IOException refusal = assertThrows(IOException.class, () -> open("listenPort=0"));
        assertTrue(refusal.getMessage().startsWith("Broker b-2 of this process cannot be opened, so none is."),
                refusal.getMessage());
        Files.delete(node);
        try (Server server = open("listenPort=0"); RawClient first = new RawClient(server.brokerPort(), false)) {
            assertEquals(List.of("kept"), read(first, "T"));
        }
    }

    @Test
    void clientsOnAWrongPortAreToldThePortsOfAll() {
        PortGuide guide = new PortGuide(ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(), "host")));
        guide.opened(new PortGuide.Ports(List.of(1, 5), 2, 3, 4));
        assertEquals("RocketMQ's clients connect to the name server, port 2 (namesrvAddr), which sends them to the brokers,"
                + " ports 1, 5.", guide.at(SpokenProtocol.GRPC).direct(SpokenProtocol.REMOTING));
        guide.opened(new PortGuide.Ports(List.of(1, 5), -1, 3, 4));
        assertEquals("RocketMQ's clients ask a name server first; the brokers themselves are at ports 1, 5.",
                guide.at(SpokenProtocol.GRPC).direct(SpokenProtocol.REMOTING));
        try (TestBroker broker = start(2)) {
            assertTrue(broker.server().nodes().get(1).guide().at(SpokenProtocol.REMOTING).direct(SpokenProtocol.GRPC)
                    .contains("port " + broker.server().grpcPort()));
        }
    }

    @Test
    void anApplicationsJvmHasOne() {
        ConfigSources sources = new ConfigSources(
                null, null, Map.of(), List.of("brokers=2", "storePathRootDir=" + directory.resolve("x")), "host");
        IOException refusal = assertThrows(IOException.class, () -> Server.startInside(ConfigLoader.load(sources)));
        assertTrue(refusal.getMessage().contains("leave brokers=2 out"), refusal.getMessage());
        assertFalse(Files.exists(directory.resolve("x")));
    }
}
