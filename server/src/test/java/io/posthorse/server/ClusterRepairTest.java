package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of which one has a bad disk, or has diverged. */
class ClusterRepairTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STATUS = 30_021;
    private static final int ROUTE = 105;
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int MESSAGE_BYTES = 40_000;
    private static final int MESSAGES = 60;
    private static final Pattern BROKER_PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern COPY = Pattern.compile("0\\d{19}.*|durable");

    @TempDir
    Path directory;

    private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ClusterNode> running = new TreeMap<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws IOException {
        starts.shutdownNow();
        stopAll();
    }

    private void stopAll() throws IOException {
        for (ClusterNode node : running.values()) {
            node.close();
        }
        running.clear();
    }

    private static int nameServer(String node) {
        return 26_340 + NAMES.indexOf(node);
    }

    private ClusterNode open(Path in, String node) throws IOException {
        ServerConfig config = ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(
                "listenPort=0", "vip.enabled=false", "grpc.enabled=false", "openwire.enabled=false",
                "storePathRootDir=" + in.resolve(node), "mappedFileSizeCommitLog=1048576",
                "nameserver.port=" + nameServer(node),
                "namesrvAddr=127.0.0.1:26340;127.0.0.1:26341;127.0.0.1:26342",
                "cluster.nodes=a=127.0.0.1:26330,b=127.0.0.1:26331,c=127.0.0.1:26332", "cluster.node=" + node), "host"));
        return ClusterNode.start(config, failures::add);
    }

    private String startAll(Path in) throws Exception {
        Map<String, Future<ClusterNode>> opening = new TreeMap<>();
        for (String node : NAMES) {
            opening.put(node, starts.submit(() -> open(in, node)));
        }
        for (String node : NAMES) {
            running.put(node, opening.get(node).get());
        }
        return leader();
    }

    private String leader() {
        return await().atMost(PATIENCE).until(() -> running.keySet().stream()
                .filter(name -> running.get(name).isServing()).findFirst().orElse(null), name -> name != null);
    }

    private static JsonValue.Obj status(String node) {
        try (RawClient client = new RawClient(nameServer(node), false)) {
            Frame answer = client.ask(STATUS, Map.of());
            assertEquals(0, answer.code(), answer.remark());
            return (JsonValue.Obj) JsonReader.read(answer.body());
        }
    }

    /** Returns what a node has found of damaged records, as any node tells it. */
    private static JsonValue.Obj records(String asked, String of) {
        return status(asked).array("records").stream().map(one -> (JsonValue.Obj) one)
                .filter(one -> one.text("node", "").equals(of)).findFirst().orElse(new JsonValue.Obj(List.of()));
    }

    private static int port(String node) {
        return await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (RawClient client = new RawClient(nameServer(node), false)) {
                Frame answer = client.ask(ROUTE, Map.of("topic", "TBW102"));
                Matcher matcher = BROKER_PORT.matcher(new String(answer.body(), StandardCharsets.UTF_8));
                return answer.code() == 0 && matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
            }
        }, port -> port > 0);
    }

    private static void send(String leader, int from, int count) {
        try (RawClient client = new RawClient(port(leader), false)) {
            for (int i = from; i < from + count; i++) {
                Frame answer = client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("TBW102", 0, ""),
                        TestBroker.text(i + " " + "x".repeat(MESSAGE_BYTES)));
                assertEquals(0, answer.code(), answer.remark());
            }
        }
    }

    /** Pulls as a client does: again from the offset that the answer names, with some patience. */
    private static void requireAll(String leader, int count) {
        int[] next = new int[1];
        try (RawClient client = new RawClient(port(leader), false)) {
            await().atMost(PATIENCE).until(() -> {
                Frame answer = client.ask(TestBroker.PULL, TestBroker.pull("G", "TBW102", 0, next[0], "*", 0));
                if (answer.code() == 0) {
                    for (Stored stored : Stored.all(answer.body())) {
                        assertTrue(stored.text().startsWith(next[0] + " x"), "nothing is left out: " + next[0]);
                        next[0]++;
                    }
                }
                return next[0] == count;
            });
        }
    }

    private static Path segment(Path data) {
        return data.resolve("%020d.log".formatted(0));
    }

    /** Flips a bit in the middle of the 5th message and so on of the first segment. */
    private static void rot(Path data, int... messages) throws IOException {
        try (FileChannel file = FileChannel.open(segment(data), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int message : messages) {
                ByteBuffer one = ByteBuffer.allocate(1);
                long at = (long) message * (MESSAGE_BYTES + 300) + MESSAGE_BYTES / 2;
                file.read(one, at);
                one.put(0, (byte) (one.get(0) ^ 4));
                file.write(one.flip(), at);
            }
        }
    }

    private String other(String than) {
        return NAMES.stream().filter(name -> !name.equals(than)).findFirst().orElseThrow();
    }

    @Test
    void whatRotsIsRepairedFromTheOthersByThePassAndForReaders() throws Exception {
        String leader = startAll(directory);
        String follower = other(leader);
        send(leader, 0, MESSAGES);
        running.remove(follower).close();
        byte[] healthy = Files.readAllBytes(segment(directory.resolve(follower)));
        rot(directory.resolve(follower), 5, 6, 12);
        assertFalse(Arrays.equals(healthy, Files.readAllBytes(segment(directory.resolve(follower)))));
        running.put(follower, open(directory, follower));
        await().atMost(PATIENCE).until(() -> records(leader, follower).number("repaired", 0) == 2);
        assertTrue(Arrays.equals(healthy, Files.readAllBytes(segment(directory.resolve(follower)))));
        assertEquals(0, records(leader, follower).number("unrepaired", -1));
        try (Stream<Path> files = Files.list(directory.resolve(follower))) {
            assertEquals(2, files.filter(file -> file.getFileName().toString().startsWith("quarantine-")).count());
        }

        rot(directory.resolve(leader), 8, 15);
        requireAll(leader, MESSAGES);
        assertEquals(2, records(follower, leader).number("repaired", 0));
        assertTrue(Arrays.equals(healthy, Files.readAllBytes(segment(directory.resolve(leader)))));
        assertEquals(List.of(), failures);
    }

    private static List<Path> copy(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> COPY.matcher(file.getFileName().toString()).matches()).toList();
        }
    }

    @Test
    void aNodeThatDivergedSaysSoAndFetchesEverythingAnewOnOneCommand() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        send(startAll(elsewhere), 1_000, 5);
        stopAll();
        String leader = startAll(directory);
        String diverged = other(leader);
        send(leader, 0, MESSAGES);
        running.remove(diverged).close();
        Path data = directory.resolve(diverged);
        for (Path file : copy(data)) {
            Files.delete(file);
        }
        for (Path file : copy(elsewhere.resolve(diverged))) {
            Files.copy(file, data.resolve(file.getFileName()));
        }
        running.put(diverged, open(directory, diverged));
        await().atMost(PATIENCE).until(() -> !failures.isEmpty());
        String told = failures.getFirst().getMessage();
        assertTrue(told.contains("posthorse cluster refetch --data DIR"), told);
        IOException inUse = assertThrows(IOException.class, () -> Refetch.prepare(data));
        assertTrue(inUse.getMessage().contains("use"), inUse.getMessage());
        running.remove(diverged).close();
        failures.clear();

        int files = copy(data).size();
        assertEquals(files, Refetch.prepare(data));
        assertEquals(List.of(), copy(data));
        assertEquals(0, Refetch.prepare(data), "done");
        running.put(diverged, open(directory, diverged));
        send(leader, MESSAGES, 3);
        String third = NAMES.stream().filter(name -> !name.equals(leader) && !name.equals(diverged)).findFirst()
                .orElseThrow();
        running.remove(third).close(); // the returned node counts for the majority
        send(leader, MESSAGES + 3, 3);
        running.put(third, open(directory, third));
        running.remove(leader).close();
        String next = leader();
        assertNotEquals(leader, next);
        requireAll(next, MESSAGES + 6);
        assertEquals(List.of(), failures);
        List<String> aside = new ArrayList<>(List.of(data.toFile().list()));
        assertEquals(files, aside.stream().filter(name -> name.startsWith("diverged-1-")).count());
        assertFalse(aside.contains("refetch"));
        assertTrue(Arrays.equals(Files.readAllBytes(segment(data)), Files.readAllBytes(segment(directory.resolve(third)))));
    }

    @Test
    void onlyANodesDirectoryIsSetAside() throws IOException {
        assertTrue(assertThrows(IOException.class, () -> Refetch.prepare(directory.resolve("none"))).getMessage()
                .contains("There is no data directory"));
        Files.createDirectory(directory.resolve("own"));
        Files.createFile(directory.resolve("own").resolve("durable"));
        assertTrue(assertThrows(IOException.class, () -> Refetch.prepare(directory.resolve("own"))).getMessage()
                .contains("is not that of a node of a cluster"));
    }
}
