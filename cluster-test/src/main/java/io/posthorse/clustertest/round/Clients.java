package io.posthorse.clustertest.round;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.lab.Lab;
import io.posthorse.clustertest.lab.Node;
import io.posthorse.interop.harness.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The programs of the load, and the reading of replicas at the end. */
final class Clients {
    private static final Duration STAGE_LIMIT = Duration.ofSeconds(200);
    private static final Duration LEAD_LIMIT = Duration.ofSeconds(60);
    private static final String LOAD = "io.posthorse.clustertest.load.";
    private static final List<String> TOPICS = List.of("v5-plain", "v5-ordered", "v5-later", "v5-decided", "v4-plain",
            "v4-ordered", "v4-later", "v4-decided", "letters", "bundles");

    private final Lab lab;
    private final Path home;
    private final List<Program> programs = new ArrayList<>();
    private int readings;

    private record Program(String name, ChildProcess process, EventFile events) {
    }

    Clients(Lab lab, Path home) {
        this.lab = lab;
        this.home = home;
    }

    /** Starts all programs, and waits until they consume. */
    void start(long seed) throws IOException, InterruptedException {
        String nameServers = String.join(";", lab.nodes().stream().map(Node::nameServer).toList());
        String jms = "failover:(" + String.join(",", lab.nodes().stream()
                .map(node -> node.jms() + "?wireFormat.maxInactivityDuration=5000").toList())
                + ")?initialReconnectDelay=50&maxReconnectDelay=500&randomize=false&jms.sendAcksAsync=false";
        start("v5", "load-5.5.0", "v5.PopMain", "v5", nameServers, "FILE", Long.toString(seed));
        start("v4", "load-4.9.8", "RocketmqMain", "v4", nameServers, "FILE", Long.toString(seed));
        start("jms", "load-5.5.0", "jms.JmsMain", jms, "FILE");
        awaitAll("ready", 1);
    }

    private void start(String name, String module, String main, String... arguments) throws IOException {
        Path events = lab.folder().resolve(name + ".events");
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i].equals("FILE") ? events.toString() : arguments[i];
        }
        programs.add(new Program(name, lab.startProgram(name, classPath(module), LOAD + main, arguments),
                new EventFile(events)));
    }

    private String classPath(String module) throws IOException {
        Path target = home.resolve("cluster-test").resolve(module).resolve("target");
        return target.resolve("classes") + ":" + Files.readString(target.resolve("classpath.txt")).trim();
    }

    /**
     * Has all programs do something, and waits until they have done it; the time is how often they have done that
     * before, and one.
     */
    void stage(String word, int time) throws IOException, InterruptedException {
        for (Program program : programs) {
            program.process().say(word);
        }
        awaitAll("done " + word, time);
    }

    private void awaitAll(String line, int times) throws IOException, InterruptedException {
        Pattern wanted = Pattern.compile("^" + line + "$", Pattern.MULTILINE);
        long end = System.nanoTime() + STAGE_LIMIT.toNanos();
        for (Program program : programs) {
            while (wanted.matcher(program.process().outputSinceStart()).results().count() < times) {
                if (!program.process().isAlive() || System.nanoTime() > end) {
                    throw new IOException("program " + program.name() + " does not say \"" + line + "\"; its output ends:\n"
                            + program.process().tail());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** Waits until each program has so many acknowledgements of sends that began after a time; returns when that was. */
    long awaitAcknowledged(int each, long since, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Program program : programs) {
            while (program.events().acknowledgedSince(since) < each) {
                if (System.nanoTime() > end) {
                    throw new IOException("program " + program.name() + " has hardly anything acknowledged within "
                            + limit.toSeconds() + " s; its output ends:\n" + program.process().tail());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        return System.nanoTime();
    }

    /** Returns what all programs have written down by now. */
    List<Event> events() throws IOException {
        List<Event> all = new ArrayList<>();
        for (Program program : programs) {
            all.addAll(program.events().read());
        }
        return all;
    }

    /** Reads all partitions of all nodes, one after the other while it leads. */
    List<Event> readReplicas() throws IOException, InterruptedException {
        List<Event> all = new ArrayList<>();
        readings++;
        for (Node node : lab.nodes()) {
            if (lab.nodes().size() > 1) {
                lead(node);
            }
            Path file = lab.folder().resolve("read-" + readings + "-" + node.name() + ".events");
            List<String> arguments = new ArrayList<>(List.of(file.toString(), node.name(), node.nameServer(),
                    node.broker()));
            arguments.addAll(TOPICS);
            ChildProcess reading = lab.startProgram("read-" + readings + "-" + node.name(), classPath("load-5.5.0"),
                    LOAD + "v5.ReadMain", arguments.toArray(String[]::new));
            if (reading.await(STAGE_LIMIT) != 0 || !reading.outputSinceStart().contains("done read")) {
                throw new IOException("node " + node.name() + " cannot be read whole:\n" + reading.tail());
            }
            all.addAll(new EventFile(file).read());
        }
        return all;
    }

    /** Has a node lead: only the leader serves, so its copy is read by having it lead. */
    private static void lead(Node node) throws IOException, InterruptedException {
        long end = System.nanoTime() + LEAD_LIMIT.toNanos();
        String said = "";
        while (System.nanoTime() < end) {
            String status = node.ask("cluster", "status", "-o", "json");
            said = status == null ? said : status;
            if (said.contains("\"state\":\"leading\"")) {
                return;
            }
            node.ask("cluster", "transfer", node.name());
        }
        throw new IOException("node " + node.name() + " was asked to lead, and does not within " + LEAD_LIMIT.toSeconds()
                + " s: " + said);
    }
}
