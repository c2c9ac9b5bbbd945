package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** The nodes a, b and c of a cluster in this process, on ports of their own. */
final class ThreeNodes implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(40);
    static final List<String> NAMES = List.of("a", "b", "c");
    private static final int TRANSFER = 30_022;

    final Map<String, ClusterNode> running = new TreeMap<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
    private final Path directory;
    private final int ports;
    private final String[] sets;

    /**
     * @param ports first of the 30 that are used
     * @param sets further settings of all nodes
     */
    ThreeNodes(Path directory, int ports, String... sets) {
        this.directory = directory;
        this.ports = ports;
        this.sets = sets;
    }

    private int port(int ofKind, String node) {
        return ports + 10 * ofKind + 2 * NAMES.indexOf(node);
    }

    int broker(String node) {
        return port(1, node);
    }

    /** Returns the port at which a node serves consumers while it follows. */
    int reads(String node) {
        return broker(node) + 1;
    }

    int nameServer(String node) {
        return port(2, node);
    }

    ServerConfig config(String node) {
        String nodes = NAMES.stream().map(name -> name + "=127.0.0.1:" + port(0, name)).collect(Collectors.joining(","));
        String names = NAMES.stream().map(name -> "127.0.0.1:" + nameServer(name)).collect(Collectors.joining(";"));
        List<String> all = new ArrayList<>(List.of(
                "listenPort=" + broker(node), "vip.enabled=false", "grpc.enabled=false", "openwire.enabled=false",
                "storePathRootDir=" + directory.resolve(node), "mappedFileSizeCommitLog=16777216",
                "nameserver.port=" + nameServer(node), "namesrvAddr=" + names, "cluster.nodes=" + nodes,
                "cluster.node=" + node));
        all.addAll(List.of(sets));
        return ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host"));
    }

    ThreeNodes start() throws Exception {
        Map<String, Future<ClusterNode>> opening = new TreeMap<>();
        for (String node : NAMES) {
            opening.put(node, starts.submit(() -> ClusterNode.start(config(node), failures::add)));
        }
        for (String node : NAMES) {
            running.put(node, opening.get(node).get());
        }
        return this;
    }

    /** Returns the node that leads, once it serves clients. */
    String leader() {
        return await().atMost(PATIENCE).until(() -> running.keySet().stream()
                .filter(name -> running.get(name).isServing()).findFirst().orElse(null), name -> name != null);
    }

    /** Returns those that run and do not lead. */
    List<String> followers() {
        String leads = leader();
        return running.keySet().stream().filter(name -> !name.equals(leads)).toList();
    }

    void transfer(String from, String to) {
        try (RawClient client = new RawClient(nameServer(from), false)) {
            Frame done = client.ask(TRANSFER, Map.of("node", to));
            assertEquals(0, done.code(), done.remark());
        }
        await().atMost(PATIENCE).until(() -> running.get(to).isServing());
    }

    void stop(String node) throws IOException {
        running.remove(node).close();
    }

    @Override
    public void close() throws IOException {
        starts.shutdownNow();
        for (ClusterNode node : running.values()) {
            node.close();
        }
    }
}
