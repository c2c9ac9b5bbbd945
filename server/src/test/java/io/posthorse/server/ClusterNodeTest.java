package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes as a user starts them: by {@code cluster.nodes} and {@code cluster.node}. */
class ClusterNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int ROUTE = 105;
    private static final int STATUS = 30_021;
    private static final int TRANSFER = 30_022;
    private static final int ADD = 30_023;
    private static final int REMOVE = 30_024;
    private static final String NODES = "a=127.0.0.1:26310,b=127.0.0.1:26311,c=127.0.0.1:26312";
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final Pattern BROKER_PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

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

    private static int nameServer(String node) {
        return 26_320 + NAMES.indexOf(node);
    }

    private static ServerConfig config(Path data, String node, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "listenPort=0", "vip.enabled=false", "grpc.enabled=false", "openwire.enabled=false",
                "storePathRootDir=" + data, "mappedFileSizeCommitLog=16777216",
                "nameserver.port=" + nameServer(node),
                "namesrvAddr=127.0.0.1:26320;127.0.0.1:26321;127.0.0.1:26322",
                "cluster.nodes=" + NODES, "cluster.node=" + node));
        sets.addAll(List.of(more));
        return ConfigLoader.load(new ConfigSources(null, null, Map.of(), sets, "host"));
    }

    private ClusterNode open(String node) throws IOException {
        return ClusterNode.start(config(directory.resolve(node), node), failures::add);
    }

    private void startAll() throws Exception {
        Map<String, Future<ClusterNode>> opening = new TreeMap<>();
        for (String node : NAMES) {
            opening.put(node, starts.submit(() -> open(node)));
        }
        for (String node : NAMES) {
            running.put(node, opening.get(node).get());
        }
    }

    private String leader() {
        return await().atMost(PATIENCE).until(() -> running.keySet().stream()
                .filter(name -> running.get(name).isServing()).findFirst().orElse(null), name -> name != null);
    }

    /** Returns the answer of a node's name server. */
    private static Frame ask(String node, int code, Map<String, String> fields) {
        try (RawClient client = new RawClient(nameServer(node), false)) {
            return client.ask(code, fields);
        }
    }

    /** Returns the broker's port to which a node's name server leads clients of a topic. */
    private static int route(String node, String topic, int other) {
        return await().atMost(PATIENCE).until(() -> {
            Frame answer = ask(node, ROUTE, Map.of("topic", topic));
            Matcher matcher = BROKER_PORT.matcher(new String(answer.body(), StandardCharsets.UTF_8));
            return answer.code() == 0 && matcher.find() ? Integer.parseInt(matcher.group(1)) : other;
        }, port -> port != other);
    }

    private static void send(int port, int from, int count) {
        try (RawClient client = new RawClient(port, false)) {
            for (int i = from; i < from + count; i++) {
                Frame answer = client.ask(
                        TestBroker.SEND_SHORT, TestBroker.shortSend("TBW102", 0, ""), TestBroker.text("message " + i));
                assertEquals(0, answer.code(), answer.remark());
                assertEquals(Integer.toString(i), answer.field("queueOffset"));
            }
        }
    }

    private static int count(int port) {
        int read = 0;
        try (RawClient client = new RawClient(port, false)) {
            while (true) {
                Frame answer = client.ask(TestBroker.PULL, TestBroker.pull("G", "TBW102", 0, read, "*", 0));
                if (answer.code() != 0) {
                    return read;
                }
                for (Stored stored : Stored.all(answer.body())) {
                    assertEquals("message " + read, stored.text());
                    read++;
                }
            }
        }
    }

    private static JsonValue.Obj status(String node) {
        Frame answer = ask(node, STATUS, Map.of());
        assertEquals(0, answer.code(), answer.remark());
        return (JsonValue.Obj) JsonReader.read(answer.body());
    }

    @Test
    void clientsAreLedToWhoeverLeads() throws Exception {
        startAll();
        String first = leader();
        for (String node : NAMES) {
            assertEquals(route(first, "TBW102", 0), route(node, "TBW102", 0), "the name server of " + node);
        }
        int port = route("a", "TBW102", 0);
        send(port, 0, 50);
        running.remove(first).close();
        String second = leader();
        assertNotEquals(first, second);
        int next = route(second, "TBW102", port);
        assertEquals(50, count(next));
        send(next, 50, 10);
        running.put(first, open(first));
        await().atMost(PATIENCE).until(() -> second.equals(running.get(first).leader()));
        assertEquals(next, route(first, "TBW102", 0), "the returning node's name server");
        assertEquals(List.of(), failures);
    }

    @Test
    void leadershipIsHandedOverAsAskedOfAnyNode() throws Exception {
        startAll();
        String first = leader();
        int port = route(first, "TBW102", 0);
        send(port, 0, 20);
        String next = NAMES.stream().filter(name -> !name.equals(first)).findFirst().orElseThrow();
        JsonValue.Obj seen = status(next);
        assertEquals("following", seen.text("state", ""));
        assertEquals(first, seen.object("cluster").text("leader", ""));
        Frame refusal = ask(next, TRANSFER, Map.of("node", "x"));
        assertTrue(refusal.remark().contains("its nodes are a, b, c"), refusal.remark());
        Frame done = ask(next, TRANSFER, Map.of("node", next));
        assertEquals(0, done.code(), done.remark());
        await().atMost(PATIENCE).until(() -> running.get(next).isServing());
        assertEquals(20, count(route(next, "TBW102", port)));
        assertEquals(List.of(), failures);
    }

    /** Sends until it is interrupted; each send goes to whoever leads, and is counted where it is acknowledged. */
    private void sendOn(AtomicInteger acknowledged, AtomicBoolean isOver) {
        while (!isOver.get()) {
            String node = running.keySet().stream().filter(name -> running.get(name).isServing()).findFirst().orElse("a");
            Frame route = ask(node, ROUTE, Map.of("topic", "TBW102"));
            Matcher matcher = BROKER_PORT.matcher(new String(route.body(), StandardCharsets.UTF_8));
            if (route.code() != 0 || !matcher.find()) {
                continue;
            }
            try (RawClient client = new RawClient(Integer.parseInt(matcher.group(1)), false)) {
                while (!isOver.get() && client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("TBW102", 1, ""),
                        TestBroker.text("x")).code() == 0) {
                    acknowledged.incrementAndGet();
                }
            } catch (UncheckedIOException e) {
                // it leads no longer
            }
        }
    }

    @Test
    void leadershipGoesRoundUnderLoadAndSomebodyAlwaysServes() throws Exception {
        startAll();
        leader();
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicBoolean isOver = new AtomicBoolean();
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            senders.add(starts.submit(() -> sendOn(acknowledged, isOver)));
        }
        int moved = 0;
        for (int round = 0; round < 9; round++) {
            String from = leader();
            int before = acknowledged.get();
            await().atMost(PATIENCE).until(() -> acknowledged.get() > before + 20);
            String to = NAMES.get((NAMES.indexOf(from) + 1) % NAMES.size());
            moved += ask(from, TRANSFER, Map.of("node", to)).code() == 0 ? 1 : 0;
        }
        int last = acknowledged.get();
        await().atMost(PATIENCE).until(() -> acknowledged.get() > last + 20);
        isOver.set(true);
        for (Future<?> sender : senders) {
            sender.get();
        }
        assertTrue(moved >= 7, "handed over " + moved + " times of 9");
        assertEquals(List.of(), failures);
        String leading = leader();
        try (RawClient client = new RawClient(route(leading, "TBW102", 0), false)) {
            Frame end = client.ask(30, Map.of("topic", "TBW102", "queueId", "1"));
            assertTrue(Integer.parseInt(end.field("offset")) >= acknowledged.get(), end + ", " + acknowledged);
        }
    }

    @Test
    void directoriesAreOfOneNodeOfOneCluster() throws Exception {
        startAll();
        leader();
        running.remove("a").close();
        String refusal = assertThrows(IOException.class, () -> ClusterNode.start(
                config(directory.resolve("empty"), "a"), failures::add)).getMessage();
        assertTrue(refusal.contains("knows another incarnation"), refusal);
        refusal = assertThrows(IOException.class, () -> Server.start(ConfigLoader.load(new ConfigSources(
                null, null, Map.of(), List.of("storePathRootDir=" + directory.resolve("a")), "host")))).getMessage();
        assertTrue(refusal.contains("a cluster's node"), refusal);
        refusal = assertThrows(IOException.class, () -> ClusterNode.start(
                config(directory.resolve("a"), "b", "nameserver.port=26329"), failures::add)).getMessage();
        assertTrue(refusal.contains("that of node a"), refusal);
        assertEquals(List.of(), failures);
    }

    private static Frame add(String asked, String node, int port) {
        return ask(asked, ADD, Map.of("node", node, "host", "127.0.0.1", "port", Integer.toString(port)));
    }

    private void join(String asked, String node, int port) {
        await().atMost(PATIENCE).until(() -> {
            Frame answer = add(asked, node, port);
            assertTrue(answer.code() == 0 || answer.remark().contains("does not answer"), answer.remark());
            return answer.code() == 0 && new String(answer.body(), StandardCharsets.UTF_8).contains("MEMBER");
        });
    }

    private Future<ClusterNode> startFourth(String place) {
        ServerConfig config = config(directory.resolve(place), "d", "nameserver.port=26323",
                "cluster.nodes=" + NODES + ",d=127.0.0.1:26313");
        return starts.submit(() -> ClusterNode.start(config, failures::add));
    }

    @Test
    void aLostNodeIsReplacedByAnother() throws Exception {
        startAll();
        String leader = leader();
        send(route(leader, "TBW102", -1), 0, 200);
        String lost = NAMES.stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
        String asked = NAMES.stream().filter(name -> !name.equals(leader) && !name.equals(lost)).findFirst().orElseThrow();
        running.remove(lost).close();

        Frame early = add(asked, "d", 26_313);
        assertNotEquals(0, early.code());
        assertTrue(early.remark().contains("Start it first"), early.remark());
        Future<ClusterNode> fourth = startFourth("d");
        join(asked, "d", 26_313);
        running.put("d", fourth.get());
        assertEquals(4, status(leader).object("cluster").array("nodes").size());

        Frame removed = ask(asked, REMOVE, Map.of("node", lost));
        assertEquals(0, removed.code(), removed.remark());
        assertEquals(3, status(leader).object("cluster").array("nodes").size());
        running.put(lost, open(lost)); // it was away, and finds out
        await().atMost(PATIENCE).until(() -> !failures.isEmpty());
        assertTrue(failures.get(0).getMessage().contains("it was removed from it"), failures.get(0).getMessage());
        failures.clear();
        running.remove(lost).close();
        assertTrue(ask(asked, REMOVE, Map.of("node", "x")).remark().contains("has no node x"));
        assertTrue(ask(asked, REMOVE, Map.of("node", leader)).remark().contains("hand leadership to another node"));

        int before = route(leader, "TBW102", -1);
        assertEquals(0, ask(asked, TRANSFER, Map.of("node", "d")).code());
        await().atMost(PATIENCE).until(() -> running.get("d").isServing());
        int port = route(asked, "TBW102", before);
        assertEquals(200, count(port));
        send(port, 200, 50);
        running.remove(leader).close(); // d and the asked one go on
        assertEquals(250, count(port));
        send(port, 250, 50);
        assertEquals(List.of(), failures);
    }

    @Test
    void aNodeThatIsRemovedWhileItRunsEnds() throws Exception {
        startAll();
        String leader = leader();
        String removed = NAMES.stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
        assertEquals(0, ask(removed, REMOVE, Map.of("node", removed)).code());
        await().atMost(PATIENCE).until(() -> !failures.isEmpty());
        assertTrue(failures.get(0).getMessage().contains("it was removed from it"), failures.get(0).getMessage());
        failures.clear();
        assertEquals(2, status(leader).object("cluster").array("nodes").size());
    }

    @Test
    void aNodeThatJoinedStartsAgainAsItself() throws Exception {
        startAll();
        String leader = leader();
        send(route(leader, "TBW102", -1), 0, 50);
        Future<ClusterNode> fourth = startFourth("d");
        join(leader, "d", 26_313);
        fourth.get().close();
        send(route(leader, "TBW102", -1), 50, 50);
        running.put("d", startFourth("d").get());
        int before = route(leader, "TBW102", -1);
        await().atMost(PATIENCE).until(() -> {
            ask(leader, TRANSFER, Map.of("node", "d"));
            return running.get("d").isServing();
        });
        assertEquals(100, count(route(leader, "TBW102", before)));
        running.remove("d").close();

        Future<ClusterNode> emptied = startFourth("emptied");
        String refusal = assertThrows(ExecutionException.class, emptied::get).getCause().getMessage();
        assertTrue(refusal.contains("another incarnation"), refusal);
    }
}
