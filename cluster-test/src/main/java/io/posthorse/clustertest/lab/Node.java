package io.posthorse.clustertest.lab;

import io.posthorse.interop.harness.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A node: a server process, with what it runs on. */
public final class Node {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final String READY = "Posthorse is ready";

    private final String name;
    private final Traces traces;
    private final Network network;
    private final Volume volume;
    private final Throttle throttle;
    private final ShiftedClock clock;
    private final Map<String, String> settings;
    private Path home;
    private volatile ChildProcess process;

    /** What a node runs on; throttle and clock are null where the system cannot do that. */
    record Ground(Traces traces, Network network, Volume volume, Throttle throttle, ShiftedClock clock) {
    }

    Node(String name, Path home, Ground ground, Map<String, String> settings) {
        this.name = name;
        this.home = home;
        this.traces = ground.traces();
        this.network = ground.network();
        this.volume = ground.volume();
        this.throttle = ground.throttle();
        this.clock = ground.clock();
        this.settings = new LinkedHashMap<>(settings);
    }

    /** Returns its name. */
    public String name() {
        return name;
    }

    /** Returns its address, in the namespaces of the lab. */
    public String address() {
        return network.address(name);
    }

    /** Returns the address of its name server. */
    public String nameServer() {
        return address() + ":" + Lab.NAME_SERVER_PORT;
    }

    /** Returns the address of its broker. */
    public String broker() {
        return address() + ":" + Lab.BROKER_PORT;
    }

    /** Returns its URL for JMS clients. */
    public String jms() {
        return "tcp://" + address() + ":" + Lab.JMS_PORT;
    }

    /** Chooses the build that the next start runs. */
    public void useBuild(Path other) {
        home = other;
    }

    /** Starts it, and waits until it says that it is ready. */
    public void start() throws IOException, InterruptedException {
        begin();
        awaitReady();
    }

    /** Waits until it says that it is ready; fails where it ends before. */
    public void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("node " + name + (process.isAlive() ? " is not ready after " + START_LIMIT : " ended")
                        + "; its output ends:\n" + process.tail());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Starts it, and does not wait. */
    public void begin() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("node " + name + " runs already");
        }
        ProcessBuilder builder = new ProcessBuilder(command());
        builder.environment().put("HOME", traces.folder().toString());
        builder.environment().put("POSTHORSE_LOGS", traces.folder().resolve(name).toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("POSTHORSE_HEAP", "256m");
        if (clock != null) {
            builder.environment().put("SHIFTED_CLOCK_LIBRARY", clock.environment().get("LD_PRELOAD"));
            builder.environment().putAll(clock.environment());
            builder.environment().remove("LD_PRELOAD");
        }
        process = ChildProcess.start(builder, traces.folder().resolve(name).resolve("output.log"));
        traces.addProcess(process.pid());
    }

    /**
     * In the node's network, with the names of all nodes and in its control group, the launcher takes the place of the
     * shell.
     */
    private List<String> command() {
        List<String> command = new ArrayList<>(Network.inside(network.namespace(name)));
        command.addAll(List.of("unshare", "--mount", "--propagation", "slave", "sh", "-c",
                "mount --bind \"$1\" /etc/hosts && { [ -z \"$2\" ] || echo $$ >\"$2\"; }"
                        + " && LD_PRELOAD=\"$SHIFTED_CLOCK_LIBRARY\" && export LD_PRELOAD && shift 2 && exec \"$@\"",
                "node", traces.folder().resolve("hosts").toString(), throttle == null ? "" : throttle.members().toString(),
                home.resolve("bin/posthorse").toString(), "start", "--data", volume.data().toString()));
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    /** Returns whether its process runs. */
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Returns whether it runs and has said that it is ready. */
    public boolean isReady() {
        return isRunning() && process.outputSinceStart().contains(READY);
    }

    /** Stops it as an operator does; returns its exit code. */
    public int stop() throws InterruptedException {
        int code = process.terminate(STOP_LIMIT);
        process.close();
        return code;
    }

    /** Waits until it ends by itself; returns its exit code. */
    public int awaitEnd() throws InterruptedException {
        int code = process.await(STOP_LIMIT);
        process.close();
        return code;
    }

    /** Deletes its data; it must not run. */
    public void wipe() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("node " + name + " runs");
        }
        volume.wipe();
    }

    /** Returns how the others name it when it joins. */
    public String member() {
        return name + "=" + name + ":" + Lab.CLUSTER_PORT;
    }

    /** Kills it with SIGKILL. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.kill();
            process.close();
        }
    }

    /** Stops all its threads until it is resumed. */
    public void pause() throws IOException, InterruptedException {
        Shell.run("kill", "-STOP", Long.toString(process.pid()));
    }

    /** Lets its threads go on. */
    public void resume() throws IOException, InterruptedException {
        Shell.run("kill", "-CONT", Long.toString(process.pid()));
    }

    /**
     * Takes the power from its disk, and kills it, which has been paused: what was not written is lost, and nobody is
     * told.
     */
    public void cutPower() throws IOException, InterruptedException {
        volume.cutPower();
        kill();
    }

    /** Mounts its disk again after a power cut. */
    public void restorePower() throws IOException, InterruptedException {
        volume.restorePower();
    }

    /** Takes all free space of its disk. */
    public void fillDisk() throws IOException, InterruptedException {
        volume.fill();
    }

    /** Gives the space back. */
    public void emptyDisk() throws IOException {
        volume.empty();
    }

    /** Flips one bit of its log, whether it runs or not; returns where. */
    public String rot(Random random) throws IOException {
        return volume.rot(random);
    }

    /** Slows its disk; 0 takes the limits away. Fails where {@link #canSlowDisk} says no. */
    public void slowDisk(long bytesPerSecond, long operationsPerSecond) throws IOException {
        throttle.limit(volume.device(), bytesPerSecond, operationsPerSecond);
    }

    /** Returns whether its disk can be slowed. */
    public boolean canSlowDisk() {
        return throttle != null;
    }

    /** Sets how far its clock is ahead. */
    public void shiftClock(Duration by) throws IOException {
        clock.shift(by);
    }

    /** Returns whether its clock can be set. */
    public boolean canShiftClock() {
        return clock != null;
    }

    /** Runs a command of the launcher beside it, in its network; returns what it prints, or null where it failed. */
    public String ask(String... arguments) throws IOException, InterruptedException {
        Shell.Outcome outcome = launch(arguments);
        return outcome.code() == 0 ? outcome.output() : null;
    }

    /** Runs a command of the launcher beside it, in its network; fails with what it prints where it fails. */
    public void command(String... arguments) throws IOException, InterruptedException {
        Shell.Outcome outcome = launch(arguments);
        if (outcome.code() != 0) {
            throw new IOException("\"posthorse " + String.join(" ", arguments) + "\" failed beside node " + name
                    + " with " + outcome.code() + ": " + outcome.output());
        }
    }

    private Shell.Outcome launch(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Network.inside(network.namespace(name)));
        command.add(home.resolve("bin/posthorse").toString());
        command.addAll(List.of(arguments));
        return Shell.attempt(command);
    }

    /** Returns the end of its output. */
    public String tail() {
        return process == null ? "" : process.tail();
    }
}
