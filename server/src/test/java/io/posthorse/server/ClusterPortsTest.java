package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.QueryRouteResponse;
import apache.rocketmq.v2.Resource;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The address of any node works: those that follow pass their clients' connections on to the leader. */
class ClusterPortsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int TRANSFER = 30_022;
    private static final String NODES = "a=127.0.0.1:26440,b=127.0.0.1:26441,c=127.0.0.1:26442";
    private static final List<String> NAMES = List.of("a", "b", "c");

    @TempDir
    Path directory;

    private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ClusterNode> running = new TreeMap<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws IOException {
        starts.shutdownNow();
        for (ClusterNode node : running.values()) {
            node.close();
        }
    }

    private static int port(int first, String node) {
        return first + NAMES.indexOf(node);
    }

    private static int broker(String node) {
        return port(26_450, node);
    }

    private static int jms(String node) {
        return port(26_460, node);
    }

    private ServerConfig config(String node) {
        return ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(
                "listenPort=" + broker(node), "vip.enabled=false", "grpcServerPort=" + port(26_470, node),
                "openwire.port=" + jms(node), "storePathRootDir=" + directory.resolve(node),
                "mappedFileSizeCommitLog=16777216", "nameserver.port=" + port(26_480, node),
                "namesrvAddr=127.0.0.1:26480;127.0.0.1:26481;127.0.0.1:26482",
                "cluster.nodes=" + NODES, "cluster.node=" + node), "host"));
    }

    private void startAll() throws Exception {
        Map<String, Future<ClusterNode>> opening = new TreeMap<>();
        for (String node : NAMES) {
            opening.put(node, starts.submit(() -> ClusterNode.start(config(node), failures::add)));
        }
        for (String node : NAMES) {
            running.put(node, opening.get(node).get());
        }
    }

    private String leader() {
        return await().atMost(PATIENCE).until(() -> running.keySet().stream()
                .filter(name -> running.get(name).isServing()).findFirst().orElse(null), name -> name != null);
    }

    /** Sends at a node's port until it is acknowledged: a connection ends where the leader changes. */
    private static void send(String node, int number) {
        await().atMost(PATIENCE).ignoreException(UncheckedIOException.class).until(() -> {
            try (RawClient client = new RawClient(broker(node), false)) {
                return client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("TBW102", 0, ""),
                        TestBroker.text("message " + number)).code();
            }
        }, code -> code == 0);
    }

    private static int count(String node) {
        int read = 0;
        try (RawClient client = new RawClient(broker(node), false)) {
            while (true) {
                Frame answer = client.ask(TestBroker.PULL, TestBroker.pull("G", "TBW102", 0, read, "*", 0));
                if (answer.code() != 0) {
                    return read;
                }
                read += Stored.all(answer.body()).size();
            }
        }
    }

    private void transfer(String from, String to) {
        try (RawClient client = new RawClient(port(26_480, from), false)) {
            Frame done = client.ask(TRANSFER, Map.of("node", to));
            assertEquals(0, done.code(), done.remark());
        }
        await().atMost(PATIENCE).until(() -> running.get(to).isServing());
    }

    @Test
    void anyNodesPortTakesRemotingClientsBeforeAndAfterAnotherOneLeads() throws Exception {
        startAll();
        String first = leader();
        int sent = 0;
        for (String node : NAMES) {
            send(node, sent++);
        }
        String next = NAMES.get((NAMES.indexOf(first) + 1) % NAMES.size());
        transfer(first, next);
        for (String node : NAMES) {
            send(node, sent++);
        }
        for (String node : NAMES) {
            assertEquals(sent, count(node), "by way of " + node);
        }
        running.remove(next).close(); // the port of a node that is down is nobody's
        assertThrows(UncheckedIOException.class, () -> new RawClient(broker(next), false).close());
        leader();
        send(first, sent++);
        assertEquals(sent, count(first));
        assertEquals(List.of(), failures);
    }

    @Test
    void jmsAndGrpcClientsReachTheLeaderByAFollower() throws Exception {
        startAll();
        String first = leader();
        String follower = NAMES.stream().filter(name -> !name.equals(first)).findFirst().orElseThrow();
        try (Connection there = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + jms(follower)).createConnection();
                Connection at = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + jms(first)).createConnection()) {
            there.start();
            at.start();
            Session sending = there.createSession(false, Session.AUTO_ACKNOWLEDGE);
            sending.createProducer(sending.createQueue("orders")).send(sending.createTextMessage("by way of a follower"));
            Session reading = at.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = reading.createConsumer(reading.createQueue("orders"));
            TextMessage message = (TextMessage) consumer.receive(PATIENCE.toMillis());
            assertNotNull(message);
            assertEquals("by way of a follower", message.getText());
        }
        try (GrpcUser user = new GrpcUser(port(26_470, follower))) {
            QueryRouteResponse route = user.calls().queryRoute(QueryRouteRequest.newBuilder()
                    .setTopic(Resource.newBuilder().setName("TBW102")).build());
            assertEquals(Code.OK, route.getStatus().getCode());
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void aPortThatIsTakenEndsTheStartBeforeTheNodeTakesPart() throws Exception {
        try (ServerSocket taken = new ServerSocket(broker("a"), 1, InetAddress.getLoopbackAddress())) {
            assertEquals(broker("a"), taken.getLocalPort());
            IOException refusal = assertThrows(IOException.class, () -> ClusterNode.start(config("a"), failures::add));
            assertTrue(refusal.getMessage().contains("another process listens there"), refusal.getMessage());
        }
    }
}
