package io.posthorse.clustertest.lab;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Some nodes, and the programs that use them. Whatever it makes outside of its JVM is undone in {@link #close}. */
public final class Lab implements AutoCloseable {
    static final int BROKER_PORT = 10911;
    static final int NAME_SERVER_PORT = 9876;
    static final int JMS_PORT = 61616;
    static final int CLUSTER_PORT = 10931;
    private static final long DISK_BYTES = 1L << 30;
    private static final List<String> TOOLS =
            List.of("ip", "nsenter", "unshare", "losetup", "mkfs.ext4", "mount", "umount", "fallocate", "perl", "kill");

    private static final AtomicInteger LABS = new AtomicInteger();

    private final Traces traces;
    private final Network network;
    private final List<Node> nodes = new ArrayList<>();
    private final List<ChildProcess> programs = new ArrayList<>();
    private boolean keepFolder;
    private int slower = 1;

    private Lab(Traces traces, Network network) {
        this.traces = traces;
        this.network = network;
    }

    /** The system cannot run a lab, and why. */
    public static final class MissingException extends IOException {
        private static final long serialVersionUID = 1;

        MissingException(String reason) {
            super(reason);
        }
    }

    /** Returns the folder below which all labs are. */
    public static Path root() {
        return Path.of(System.getProperty("java.io.tmpdir"), "posthorse-lab").toAbsolutePath();
    }

    /**
     * Makes nodes and starts none.
     *
     * @param home a checkout, built
     * @param count number of nodes
     * @param more settings of all nodes, by key
     */
    public static Lab create(Path home, int count, Map<String, String> more) throws IOException, InterruptedException {
        require();
        int number = LABS.getAndIncrement();
        String prefix = "phlab" + ProcessHandle.current().pid() + (number == 0 ? "" : "-" + number);
        Traces traces = Traces.create(root().resolve(prefix));
        List<String> names = List.of("a", "b", "c", "d", "e").subList(0, count);
        try {
            Network network = Network.create(traces, prefix, names);
            Lab lab = new Lab(traces, network);
            Files.writeString(traces.folder().resolve("hosts"), network.hosts());
            Path library = ShiftedClock.compile(home, traces.folder());
            Path certificates = count == 1 ? null : certificates(home, traces.folder().resolve("certificates"), names);
            for (String name : names) {
                Path folder = Files.createDirectories(traces.folder().resolve(name));
                Node.Ground ground = new Node.Ground(traces, network, Volume.create(traces, name, DISK_BYTES),
                        Throttle.create(traces, prefix + "-" + name), library == null ? null
                        : ShiftedClock.create(library, folder));
                lab.nodes.add(new Node(name, home, ground, settings(network, name, names, certificates, more)));
            }
            return lab;
        } catch (IOException | InterruptedException | RuntimeException e) {
            traces.undo(false);
            throw e;
        }
    }

    private static void require() throws IOException, InterruptedException {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new MissingException("The lab needs Linux: nodes run in network namespaces.");
        }
        if (!Shell.attempt(List.of("id", "-u")).output().equals("0")) {
            throw new MissingException("The lab needs root: it makes network namespaces and mounts file systems.");
        }
        List<String> missing = TOOLS.stream().filter(tool -> !Shell.has(tool)).toList();
        if (!missing.isEmpty()) {
            throw new MissingException("The lab needs these programs, which are not here: "
                    + String.join(", ", missing) + ".");
        }
        Shell.Outcome unshared = Shell.attempt(List.of("unshare", "--net", "--mount", "true"));
        if (unshared.code() != 0) {
            throw new MissingException("This system does not let even root make namespaces: " + unshared.output());
        }
        Shell.Outcome loop = Shell.attempt(List.of("losetup", "-f"));
        if (loop.code() != 0) {
            throw new MissingException("There is no loop device for the disks of nodes: " + loop.output());
        }
    }

    /** Makes the nodes' certificates, as an operator does. */
    private static Path certificates(Path home, Path folder, List<String> names) throws IOException, InterruptedException {
        Shell.run(home.resolve("bin/posthorse").toString(), "cluster", "init", "--out", folder.toString(),
                "--nodes", nodes(names));
        return folder;
    }

    private static String nodes(List<String> names) {
        return String.join(",", names.stream().map(one -> one + ":" + CLUSTER_PORT).toList());
    }

    private static Map<String, String> settings(
            Network network, String name, List<String> names, Path certificates, Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("bind", "0.0.0.0");
        settings.put("insecure", "true");
        settings.put("brokerIP1", network.address(name));
        settings.put("listenPort", Integer.toString(BROKER_PORT));
        settings.put("nameserver.port", Integer.toString(NAME_SERVER_PORT));
        settings.put("openwire.port", Integer.toString(JMS_PORT));
        settings.put("mappedFileSizeCommitLog", Integer.toString(1 << 20)); // few blocks ahead: a full disk is felt soon
        settings.put("flushDiskType", "SYNC_FLUSH");
        settings.put("transactionTimeOut", "2000");
        settings.put("transactionCheckInterval", "2000");
        if (names.size() > 1) {
            settings.put("cluster.nodes", nodes(names));
            settings.put("cluster.node", name);
            settings.put("cluster.certificates", certificates.resolve(name).toString());
        }
        settings.putAll(more);
        return settings;
    }

    /** Undoes what labs have left whose process was killed; returns a line for each. */
    public static List<String> clean() throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        for (Traces traces : Traces.ofEndedLabs(root())) {
            List<String> left = traces.undo(false);
            said.add(traces.folder() + (left.isEmpty() ? ": undone" : ": could not undo " + left));
        }
        return said;
    }

    /** Returns the nodes. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Returns the folder with the output of all processes. */
    public Path folder() {
        return traces.folder();
    }

    /** Returns whether nodes can have a clock of their own here. */
    public static boolean canShiftClocks(Path home) {
        return ShiftedClock.isPossible(home);
    }

    /** Returns whether disks can be slowed here. */
    public static boolean canSlowDisks() {
        return Throttle.isPossible();
    }

    /** Starts a Java program where the clients are. */
    public ChildProcess startProgram(String name, String classPath, String mainClass,
            String... arguments) throws IOException {
        ProcessBuilder java = new JavaCommand(classPath, mainClass)
                .options(List.of("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.home=" + traces.folder(),
                        "-Dclustertest.slower=" + slower,
                        // consumers look every 20 s whether queues are theirs, after a restart too: a round would wait
                        // for that
                        "-Drocketmq.client.rebalance.waitInterval=3000", "-Drocketmq.client.rebalance.lockInterval=3000"))
                .arguments(arguments).builder();
        List<String> command = new ArrayList<>(Network.inside(network.hub()));
        command.addAll(java.command());
        ChildProcess program = ChildProcess.start(new ProcessBuilder(command), traces.folder().resolve(name + ".log"));
        programs.add(program);
        traces.addProcess(program.pid());
        return program;
    }

    /** Has clients that are started from now on pause so many times as long between what they do. */
    public void slower(int factor) {
        slower = factor;
    }

    /** Starts a command of the launcher in the clients' network; its output, with that of errors, can be read. */
    public Process startCommand(Path home, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(Network.inside(network.hub()));
        command.add(home.resolve("bin/posthorse").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        traces.addProcess(process.pid());
        return process;
    }

    /** Pulls the cable of a node. */
    public void cut(Node node) throws IOException, InterruptedException {
        network.cut(node.name());
    }

    /** Loses what a node sends to the other nodes, and to the clients. */
    public void loseWhatIsSentBy(Node node) throws IOException, InterruptedException {
        for (Node other : nodes) {
            if (other != node) {
                network.lose(node.name(), other.name());
            }
        }
        network.loseAnswers(node.name());
    }

    /** Loses what the other nodes, and the clients, send to a node. */
    public void loseWhatIsSentTo(Node node) throws IOException, InterruptedException {
        for (Node other : nodes) {
            if (other != node) {
                network.lose(other.name(), node.name());
            }
        }
        network.loseRequests(node.name());
    }

    /** Cuts a node from the other nodes; clients still reach it. */
    public void isolate(Node node) throws IOException, InterruptedException {
        for (Node other : nodes) {
            if (other != node) {
                network.lose(node.name(), other.name());
                network.lose(other.name(), node.name());
            }
        }
    }

    /** Lets everything pass again. */
    public void heal() throws IOException, InterruptedException {
        network.heal();
    }

    /** Keeps the folder with the disks and the output of all processes. */
    public void keepFolder() {
        keepFolder = true;
    }

    /** Ends all processes of the lab, and undoes everything. */
    @Override
    public void close() throws IOException, InterruptedException {
        programs.forEach(ChildProcess::close);
        for (Node node : nodes) {
            node.kill();
        }
        List<String> left = traces.undo(keepFolder);
        if (!left.isEmpty()) {
            throw new IOException("could not undo " + left + "; try again with --clean");
        }
    }
}
