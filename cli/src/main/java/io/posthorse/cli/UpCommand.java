package io.posthorse.cli;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command that runs a cluster on this machine for a try-out: each node is a process of its own, which can be killed and
 * started again.
 */
@Command(
        name = "up",
        description = "Run a cluster on this machine, to try it out: one process for each node, until Ctrl-C. Data goes to"
                + " ./data-cluster unless --data says otherwise.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    private static final int NODES_MAX = 5;
    private static final int NAME_SERVER = 9_876;
    private static final int BROKER = 10_911;
    /** Between the brokers' ports: each has a second one. */
    private static final int BROKER_STEP = 4;
    private static final int CLUSTER = 10_931;
    private static final int GRPC = 8_081;
    private static final int OPENWIRE = 61_616;
    private static final long LOOK_MS = 500;
    private static final long STOP_SECONDS = 30;
    /** Directory of the certificates by which the nodes know each other, beside those of the nodes. */
    private static final String CERTIFICATES = "certificates";
    private static final Duration VALID = Duration.ofDays(3_650);

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "3", description = "number of nodes, 1 to " + NODES_MAX
            + "; ${DEFAULT-VALUE} by default")
    private int count;

    @Option(names = {"-d", "--data"}, paramLabel = "DIR", defaultValue = "data-cluster",
            description = "directory with a directory for each node")
    private Path data;

    @Option(names = {"-s", "--set"}, paramLabel = "KEY=VALUE", description = "one setting of all nodes; may be repeated")
    private List<String> settings = new ArrayList<>();

    private final List<Started> nodes = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean hasCertificates;

    /** A node's process. */
    private static final class Started {
        private final String name;
        private final int number;
        private Process process;
        private boolean isReported;

        private Started(String name, int number) {
            this.name = name;
            this.number = number;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (count < 1 || count > NODES_MAX) {
            System.err.println("--nodes " + count + ": a cluster for a try-out has 1 to " + NODES_MAX
                    + " nodes. Nothing was started.");
            return Launch.WRONG_CONFIGURATION;
        }
        for (int i = 0; i < count; i++) {
            int taken = taken(i);
            if (taken != 0) {
                System.err.println("Port " + taken + " of this machine is in use, and node " + name(i)
                        + " needs it. Stop the program that listens there; \"posthorse status\" finds a broker or"
                        + " cluster that runs already. Nothing was started.");
                return Launch.NOT_STARTED;
            }
        }
        Files.createDirectories(data);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "posthorse-stop"));
        for (int i = 0; i < count; i++) {
            nodes.add(new Started(name(i), i));
        }
        try {
            hasCertificates = makeCertificates();
        } catch (CommandFailedException e) {
            System.err.println(e.getMessage());
            return e.exitCode();
        }
        for (Started node : nodes) {
            node.process = start(node.number);
        }
        System.out.println("Starting " + count + " nodes; what they print is in " + data + "/*-console.txt");
        return watch();
    }

    /** Returns a port that every node needs and that is not free; 0 for none. */
    private int taken(int number) {
        Map<Integer, String> ports = Map.of(NAME_SERVER + number, "nameserver.port=", BROKER + BROKER_STEP * number,
                "listenPort=", CLUSTER + number, "cluster.nodes=");
        for (int port : ports.keySet()) {
            if (settings.stream().anyMatch(one -> one.startsWith(ports.get(port)))) {
                continue;
            }
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress("127.0.0.1", port));
            } catch (IOException e) {
                return port;
            }
        }
        return 0;
    }

    private static String name(int number) {
        return Character.toString('a' + number);
    }

    /** Makes the certificates that are missing; returns false for a cluster that was founded without any. */
    private boolean makeCertificates() throws IOException, CommandFailedException {
        Path place = data.resolve(CERTIFICATES);
        boolean isFounded = nodes.stream().anyMatch(node -> Files.exists(directory(node.number)));
        if (isFounded && !Files.isDirectory(place)) {
            return false;
        }
        try (ClusterAuthority authority = ClusterAuthority.open(place, null, VALID, Instant.now())) {
            for (NamedNode node : NamedNode.list(list())) {
                if (!authority.bundle(node).exists()) {
                    authority.issue(node, VALID);
                }
            }
        }
        return true;
    }

    private String list() {
        return IntStream.range(0, count).mapToObj(i -> name(i) + "=127.0.0.1:" + (CLUSTER + i))
                .collect(Collectors.joining(","));
    }

    private String nameServers() {
        return IntStream.range(0, count).mapToObj(i -> "127.0.0.1:" + (NAME_SERVER + i)).collect(Collectors.joining(";"));
    }

    private List<String> sets(int number) {
        List<String> sets = new ArrayList<>(List.of(
                "nameserver.port=" + (NAME_SERVER + number),
                "listenPort=" + (BROKER + BROKER_STEP * number),
                "grpcServerPort=" + (GRPC + number),
                "openwire.port=" + (OPENWIRE + number),
                "namesrvAddr=" + nameServers(),
                "storePathRootDir=" + directory(number),
                "cluster.nodes=" + list(),
                "cluster.node=" + name(number)));
        if (hasCertificates) {
            sets.add("cluster.certificates=" + data.resolve(CERTIFICATES).resolve(name(number)));
        }
        sets.addAll(settings);
        return sets;
    }

    private Path directory(int number) {
        return data.resolve(name(number));
    }

    /** Starts the program as this one was started, with another command. */
    private Process start(int number) throws IOException {
        List<String> command = new ArrayList<>(program());
        command.add("start");
        for (String set : sets(number)) {
            command.add("--set");
            command.add(set);
        }
        Path console = data.resolve(name(number) + "-console.txt");
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile())).start();
    }

    private static List<String> program() {
        ProcessHandle.Info own = ProcessHandle.current().info();
        String java = own.command().orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String[] arguments = own.arguments().orElse(new String[0]);
        List<String> program = new ArrayList<>(List.of(java));
        int main = List.of(arguments).indexOf(Main.class.getName());
        if (main < 0) { // a system that does not tell
            program.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        } else {
            program.addAll(List.of(arguments).subList(0, main + 1));
        }
        return program;
    }

    /** Tells who leads, and which processes have ended, until this process is to end. */
    private int watch() throws InterruptedException {
        String known = null;
        while (!stopped.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
            if (nodes.stream().noneMatch(node -> node.process.isAlive())) {
                System.err.println("All nodes have ended; the last lines of " + data + "/*-console.txt say why.");
                return Launch.NOT_STARTED;
            }
            nodes.forEach(this::tellOfItsEnd);
            String leader = leader();
            if (leader != null && !leader.equals(known)) {
                tell(leader, known == null);
                known = leader;
            }
        }
        return Launch.WELL;
    }

    private void tellOfItsEnd(Started node) {
        if (!node.process.isAlive() && !node.isReported) {
            node.isReported = true;
            System.out.println("Node " + node.name + " has ended (exit code " + node.process.exitValue()
                    + "). Start it again:\n"
                    + "  bin/posthorse start " + sets(node.number).stream()
                            .map(set -> "--set '" + set + "'").collect(Collectors.joining(" ")));
        }
    }

    /** Returns the leader that the nodes know, once it serves. */
    private String leader() {
        RemoteAccess access = access();
        for (Started node : nodes) {
            if (node.process.isAlive()) {
                try {
                    ClusterLine.View view = ClusterLine.status("127.0.0.1:" + (NAME_SERVER + node.number), access);
                    if (view.state().equals("leading")) {
                        return view.node();
                    }
                } catch (CommandFailedException e) {
                    // it is starting, or ending
                }
            }
        }
        return null;
    }

    /** Returns the first super user, where the nodes have access control and have written its secret. */
    private RemoteAccess access() {
        for (Started node : nodes) {
            Properties secret = new Properties();
            try (Reader in = Files.newBufferedReader(directory(node.number).resolve("admin.secret"))) {
                secret.load(in);
                return RemoteAccess.of(secret.getProperty("accessKey"), secret.getProperty("secretKey", ""));
            } catch (IOException e) {
                // this node has not written it, or there is none
            }
        }
        return RemoteAccess.of(null, null);
    }

    private void tell(String leader, boolean isFirst) {
        int number = nodes.stream().filter(node -> node.name.equals(leader)).findFirst().orElseThrow().number;
        if (!isFirst) {
            System.out.printf("Node %s leads now (process %d).%n", leader, nodes.get(number).process.pid());
            return;
        }
        System.out.printf("Posthorse is ready: %d nodes, and node %s leads.%n", count, leader);
        System.out.printf("  RocketMQ     %s   (what its clients call namesrvAddr)%n", nameServers());
        System.out.printf("  gRPC         %s   (what RocketMQ 5 clients call endpoints)%n", addresses("", GRPC, ";"));
        System.out.printf("  JMS          failover:(%s)   (what ActiveMQ clients call broker URL)%n",
                addresses("tcp://", OPENWIRE, ","));
        for (Started node : nodes) {
            System.out.printf("  node %s       process %d, data %s%n", node.name, node.process.pid(),
                    directory(node.number).toAbsolutePath());
        }
        System.out.println("Kill a process, and another node leads. \"bin/posthorse cluster status\" shows them; Ctrl-C ends"
                + " all.");
    }

    private String addresses(String scheme, int first, String between) {
        return IntStream.range(0, count).mapToObj(i -> scheme + "127.0.0.1:" + (first + i))
                .collect(Collectors.joining(between));
    }

    private void stop() {
        List<Process> alive = nodes.stream().map(node -> node.process).filter(Objects::nonNull).toList();
        alive.forEach(Process::destroy);
        for (Process process : alive) {
            try {
                if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        stopped.countDown();
    }
}
