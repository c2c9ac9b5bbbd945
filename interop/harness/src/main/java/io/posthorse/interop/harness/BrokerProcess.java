package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The broker under test in its own processes, on free ports of the loopback address. */
public final class BrokerProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int TERMINATED = 143;

    private final Peer peer;
    private final BrokerPlan plan;
    private final Path logs;
    private final List<ChildProcess> running = new ArrayList<>();

    private BrokerProcess(Peer peer, BrokerPlan plan, Path logs) {
        this.peer = peer;
        this.plan = plan;
        this.logs = logs;
    }

    /**
     * Starts a broker, and waits until it accepts connections.
     *
     * @param folder directory for the data (in {@code data}) and the output of the processes
     * @param settings broker settings by key
     */
    public static BrokerProcess start(Path folder, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(Peer.chosen(), folder, settings);
    }

    /** Starts the broker of this checkout. */
    public static BrokerProcess startPosthorse(Path folder, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(new PosthorsePeer(), folder, settings);
    }

    /** Starts the broker of this checkout with a heap size, in Java's notation. */
    public static BrokerProcess startPosthorse(Path folder, String heap, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(new PosthorsePeer(heap), folder, settings);
    }

    private static BrokerProcess start(Peer peer, Path folder, Map<String, String> settings)
            throws IOException, InterruptedException {
        int listenPort = FreePorts.withNeighbours(-2, 1);
        int nameServerPort = FreePorts.withNeighbours();
        int grpcPort = FreePorts.withNeighbours();
        int jmsPort = FreePorts.withNeighbours();
        Path home = folder.toAbsolutePath();
        BrokerPlan plan =
                new BrokerPlan(home.resolve("data"), listenPort, nameServerPort, grpcPort, jmsPort, settings);
        BrokerProcess broker = new BrokerProcess(peer, plan, home);
        broker.start();
        return broker;
    }

    /** Starts the broker again after a stop or a kill, with the same data and ports. */
    public void start() throws IOException, InterruptedException {
        if (!running.isEmpty()) {
            throw new IllegalStateException("already started");
        }
        List<ProcessBuilder> commands = peer.commands(plan);
        for (int i = 0; i < commands.size(); i++) {
            running.add(ChildProcess.start(commands.get(i), logs.resolve("process-" + (i + 1) + ".log")));
        }
        try {
            for (int port : new int[] {plan.nameServerPort(), plan.listenPort(), plan.vipPort()}) {
                await("nobody accepts on port " + port, () -> FreePorts.accepts(port));
            }
            ChildProcess last = running.getLast();
            await("the broker does not say it is ready", () -> last.outputSinceStart().contains(peer.readyText()));
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private void await(String complaint, BooleanSupplier ready) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!ready.getAsBoolean()) {
            for (ChildProcess child : running) {
                if (!child.isAlive()) {
                    throw new IOException("the broker ended while it started:\n" + tail());
                }
            }
            if (System.nanoTime() > end) {
                throw new IOException(complaint + " after " + START_LIMIT + ":\n" + tail());
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    /** Returns the address of the name server, for clients. */
    public String nameServer() {
        return BrokerPlan.LOOPBACK + ":" + plan.nameServerPort();
    }

    /** Returns the address of the broker, for tools. */
    public String address() {
        return BrokerPlan.LOOPBACK + ":" + plan.listenPort();
    }

    /** Returns the address for gRPC clients. */
    public String endpoints() throws IOException, InterruptedException {
        await("nobody accepts on port " + plan.grpcPort(), () -> FreePorts.accepts(plan.grpcPort()));
        return BrokerPlan.LOOPBACK + ":" + plan.grpcPort();
    }

    /** Returns the URL for JMS clients; the port is open while the broker runs. */
    public String jms() {
        return "tcp://" + BrokerPlan.LOOPBACK + ":" + plan.jmsPort();
    }

    /** Stops it with SIGTERM; throws where its exit code is neither 0 nor 143. */
    public void stop() throws InterruptedException {
        for (ChildProcess child : running.reversed()) {
            int code = child.terminate(STOP_LIMIT);
            if (code != 0 && code != TERMINATED) {
                throw new IllegalStateException("exit code " + code + " after SIGTERM:\n" + child.tail());
            }
        }
        forget();
    }

    /** Kills it with SIGKILL. */
    public void kill() throws InterruptedException {
        for (ChildProcess child : running.reversed()) {
            child.kill();
        }
        forget();
    }

    /** Returns the process id of the broker, which must be running. */
    public long pid() {
        return running.getLast().pid();
    }

    /** Returns the end of its processes' output. */
    public String tail() {
        StringBuilder text = new StringBuilder();
        running.forEach(child -> text.append(child.tail()).append('\n'));
        return text.toString();
    }

    private void forget() {
        running.forEach(ChildProcess::close);
        running.clear();
    }

    /** Kills its processes. */
    @Override
    public void close() {
        forget();
    }
}
