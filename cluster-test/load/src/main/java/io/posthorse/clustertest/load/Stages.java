package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Event;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Does what the test says in lines of the input: send, stop, drain, end. Says in a line of the output when it has done
 * it.
 */
public final class Stages {
    /** Time in which something new comes, or nothing more is waited for: a paused lease, a delayed message, a question. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final Recorder recorder;
    private final List<Lane> lanes;
    /** The topics of each group that consumes them whole. */
    private final Map<String, List<String>> groups;

    /** @param groups topics by the group that consumes them */
    public Stages(Recorder recorder, List<Lane> lanes, Map<String, List<String>> groups) {
        this.recorder = recorder;
        this.lanes = lanes;
        this.groups = new LinkedHashMap<>(groups);
    }

    /** Runs until it is told to end. */
    public void run() throws IOException, InterruptedException {
        say("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("end"); line = input.readLine()) {
            switch (line) {
                case "send" -> lanes.forEach(Lane::begin);
                case "stop" -> {
                    for (Lane lane : lanes) {
                        lane.end();
                    }
                }
                case "drain" -> drain();
                default -> throw new IllegalArgumentException(line);
            }
            recorder.flush();
            say("done " + line);
        }
        recorder.close();
        say("done end");
        System.out.flush();
        Runtime.getRuntime().halt(0); // clients' threads, which wait for brokers, are not worth waiting for
    }

    private void drain() throws InterruptedException {
        while (open() > 0 && recorder.quietNanos() < PATIENCE_NANOS) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        while (recorder.quietNanos() < SILENCE_NANOS) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        groups.forEach((group, topics) -> topics.forEach(topic -> {
            if (recorder.open(group, topic) > 0) {
                say("open: " + recorder.open(group, topic) + " of " + topic + " for " + group);
            }
            recorder.add(new Event.Drained(Recorder.now(), group, topic));
        }));
    }

    private int open() {
        return groups.entrySet().stream()
                .mapToInt(one -> one.getValue().stream().mapToInt(topic -> recorder.open(one.getKey(), topic)).sum()).sum();
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }
}
