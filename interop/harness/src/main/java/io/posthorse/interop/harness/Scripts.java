package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scripts that are named as RocketMQ's, called with {@code sh} as its documents do, with places of their own. */
public final class Scripts {

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private int runs;

    /** @param folder keeps their data, logs and output */
    public Scripts(Path folder) {
        this.folder = folder.toAbsolutePath();
        environment.put("HOME", this.folder.toString());
        environment.put("POSTHORSE_DATA", data().toString());
        environment.put("POSTHORSE_LOGS", logs().toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    /** What a script printed and ended with. */
    public record Outcome(int exitCode, String output) {
    }

    /** Where processes keep their data and notes when nothing else is said. */
    public Path data() {
        return folder.resolve("posthorse");
    }

    /** Where processes write what they print. */
    public Path logs() {
        return folder.resolve("logs");
    }

    /** The folder of the checkout. */
    public static Path checkout() throws IOException {
        return PosthorsePeer.launcher(Path.of("").toAbsolutePath()).getParent().getParent();
    }

    /** A port that is free at the moment, and the one two below it. */
    public static int freePort() throws IOException {
        return FreePorts.withNeighbours(-2, 1);
    }

    /** Starts a script and goes on. */
    public ChildProcess start(Map<String, String> more, String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", checkout().resolve("bin").resolve(script).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("NAMESRV_ADDR");
        builder.environment().remove("ROCKETMQ_HOME");
        builder.environment().putAll(environment);
        builder.environment().putAll(more);
        runs++;
        return ChildProcess.start(builder, folder.resolve(runs + "-" + script + ".log"));
    }

    /** Runs a script to its end. */
    public Outcome run(Map<String, String> more, String script, String... arguments)
            throws IOException, InterruptedException {
        try (ChildProcess child = start(more, script, arguments)) {
            int exitCode = child.await(Duration.ofSeconds(120));
            return new Outcome(exitCode, child.output());
        }
    }

    /** Runs a script to its end, with the environment as it is. */
    public Outcome run(String script, String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), script, arguments);
    }
}
