package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several brokers with one name server: changes of one, and assignments over all of them. */
class ClusterTest {
    private static final int ROUTE = 105;
    private static final int UPDATE_CONFIG = 25;
    private static final int DELETE_TOPIC = 215;
    private static final int ASSIGNMENT = 400;
    private static final int SET_MODE = 401;

    @TempDir
    Path directory;

    private NameServerProcess alone() throws IOException {
        return NameServerProcess.start(ConfigLoader.load(new ConfigSources(
                ConfigSources.Role.NAME_SERVER, List.of(), null, null, Map.of(),
                List.of("listenPort=0", "storePathRootDir=" + directory.resolve("nameserver")), "host")));
    }

    private TestBroker broker(String name, String nameServer, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "brokerName=" + name, "nameserver.enabled=false", "namesrvAddr=" + nameServer));
        sets.addAll(List.of(more));
        return TestBroker.start(directory.resolve(name), sets.toArray(String[]::new));
    }

    private static JsonValue.Obj queues(RawClient nameServer, String topic) {
        Frame answer = nameServer.ask(ROUTE, Map.of("topic", topic));
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject().array("queueDatas").getFirst().asObject();
    }

    @Test
    void aNameServerKnowsAChangeBeforeTheToolIsAnswered() throws IOException {
        try (NameServerProcess alone = alone();
                TestBroker broker = broker("changing", "127.0.0.1:" + alone.port());
                RawClient asked = new RawClient(alone.port(), false)) {
            Awaitility.await().until(() -> asked.ask(ROUTE, Map.of("topic", "TBW102")).code() == 0);
            RawClient tool = broker.client();
            for (int i = 0; i < 5; i++) {
                String topic = "Changing" + i;
                broker.topic(topic, 4);
                assertEquals(4, queues(asked, topic).number("writeQueueNums", -1));
                broker.topic(topic, 8);
                assertEquals(8, queues(asked, topic).number("writeQueueNums", -1));
                broker.topic(topic, 8, 4);
                assertEquals(4, queues(asked, topic).number("perm", -1));
                broker.topic(topic, 8, 6);
                assertEquals(0, tool.ask(UPDATE_CONFIG, Map.of(), TestBroker.text("brokerPermission=4")).code());
                assertEquals(4, queues(asked, topic).number("perm", -1));
                assertEquals(0, tool.ask(UPDATE_CONFIG, Map.of(), TestBroker.text("brokerPermission=6")).code());
                assertEquals(6, queues(asked, topic).number("perm", -1));
                assertEquals(0, tool.ask(DELETE_TOPIC, Map.of("topic", topic)).code());
                assertEquals(17, asked.ask(ROUTE, Map.of("topic", topic)).code());
            }
        }
    }

    @Test
    void aSilentNameServerDelaysOneToolForSecondsAndNoOther() throws IOException {
        try (ServerSocket mute = new ServerSocket(0);
                TestBroker broker = broker("waiting", "127.0.0.1:" + mute.getLocalPort())) {
            mute.accept();
            long begin = System.nanoTime();
            broker.topic("First", 1);
            assertTrue(Duration.ofNanos(System.nanoTime() - begin).toSeconds() < 5, "a tool's request times out after 5 s");
            begin = System.nanoTime();
            broker.topic("Second", 1);
            assertTrue(Duration.ofNanos(System.nanoTime() - begin).toMillis() < 1_500, "later requests do not wait for it");
        }
    }

    @Test
    void popReadsAllBrokersAndPullSharesAllQueues() throws IOException {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home");
                TestBroker second = broker("second", "127.0.0.1:" + home.server().nameServerPort());
                TestBroker third = broker("third", "127.0.0.1:" + home.server().nameServerPort())) {
            List<TestBroker> all = List.of(home, second, third);
            for (TestBroker broker : all) {
                broker.topic("Work", 4);
            }
            Awaitility.await().until(() -> {
                String route = new String(home.client().ask(ROUTE, Map.of("topic", "Work")).body(), StandardCharsets.UTF_8);
                return route.contains("second") && route.contains("third");
            });
            for (TestBroker broker : all) {
                RawClient client = broker.client();
                for (String id : List.of("c1", "c2")) {
                    assertEquals(0, broker.client().ask(
                            34, Map.of(), TestBroker.heartbeat(id, "Workers", "Work", "*", 1)).code());
                }
                List<String> first = assigned(client, "c1");
                List<String> other = assigned(client, "c2");
                assertEquals(6, first.size(), first.toString());
                TreeSet<String> both = new TreeSet<>(first);
                both.addAll(other);
                assertEquals(12, both.size(), both.toString());
                byte[] pop = TestBroker.text("{\"topic\":\"Work\",\"consumerGroup\":\"Workers\",\"mode\":\"POP\","
                        + "\"popShareQueueNum\":8}");
                assertEquals(0, client.ask(SET_MODE, Map.of(), pop).code());
                assertEquals(List.of("home/-1 POP", "second/-1 POP", "third/-1 POP"), assigned(client, "c1"));
            }
        }
    }

    @Test
    void popMembersShareQueuesAsConfigured() {
        try (TestBroker broker = TestBroker.start(directory.resolve("sharing"))) {
            broker.topic("Work", 4);
            for (String id : List.of("c1", "c2", "c3", "c4")) {
                assertEquals(0, broker.client().ask(
                        34, Map.of(), TestBroker.heartbeat(id, "Workers", "Work", "*", 1)).code());
            }
            byte[] pop = TestBroker.text("{\"topic\":\"Work\",\"consumerGroup\":\"Workers\",\"mode\":\"POP\","
                    + "\"popShareQueueNum\":1}");
            assertEquals(0, broker.client().ask(SET_MODE, Map.of(), pop).code());
            assertEquals(List.of("broker-a/0 POP", "broker-a/1 POP"), assigned(broker.client(), "c1"));
            assertEquals(List.of("broker-a/3 POP", "broker-a/0 POP"), assigned(broker.client(), "c4"));
        }
    }

    private static List<String> assigned(RawClient client, String id) {
        Frame answer = client.ask(ASSIGNMENT, Map.of(), TestBroker.text("{\"topic\":\"Work\",\"consumerGroup\":\"Workers\","
                + "\"clientId\":\"" + id + "\",\"strategyName\":\"AVG\",\"messageModel\":\"CLUSTERING\"}"));
        assertEquals(0, answer.code(), answer.remark());
        List<String> queues = new ArrayList<>();
        for (JsonValue item : JsonReader.read(answer.body()).asObject().array("messageQueueAssignments")) {
            JsonValue.Obj assignment = item.asObject();
            JsonValue.Obj queue = assignment.object("messageQueue");
            queues.add(queue.text("brokerName", "") + "/" + queue.number("queueId", -2) + " " + assignment.text("mode", ""));
        }
        return queues;
    }

    /**
     * RocketMQ's brokers sign their registrations too; without a signature only an administrator could register a broker.
     */
    @Test
    void aMasterRegistersAsAUserAtANameServerWithAccessControl() throws IOException {
        String[] users = {"auth.enabled=true",
            "initAuthenticationUser={\"username\":\"root\",\"password\":\"secret-of-root\"}"};
        String signs = "innerClientAuthenticationCredentials={\"accessKey\":\"root\",\"secretKey\":\"secret-of-root\"}";
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home", users[0], users[1])) {
            String nameServer = "127.0.0.1:" + home.server().nameServerPort();
            try (TestBroker unknown = broker("unknown", nameServer);
                    TestBroker second = broker("second", nameServer, signs)) {
                RawClient root = home.client().as("root", "secret-of-root");
                Awaitility.await().until(() -> clusters(root).contains("second"));
                assertFalse(clusters(root).contains("unknown"));
            }
        }
    }

    private static String clusters(RawClient root) {
        return new String(root.ask(106, Map.of()).body(), StandardCharsets.UTF_8);
    }
}
