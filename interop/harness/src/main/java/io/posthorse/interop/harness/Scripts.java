package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scripts with RocketMQ's names, called with {@code sh} as in its documents, with their own directories. */
public final class Scripts {

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private int runs;

    /** @param folder directory for data, logs and output */
    public Scripts(Path folder) {
        this.folder = folder.toAbsolutePath();
        environment.put("HOME", this.folder.toString());
        environment.put("POSTHORSE_DATA", data().toString());
        environment.put("POSTHORSE_LOGS", logs().toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    /** The output and exit code of a script. */
    public record Outcome(int exitCode, String output) {
    }

    /** Returns the default directory for data and process files. */
    public Path data() {
        return folder.resolve("posthorse");
    }

    /** Returns the directory for the output of processes. */
    public Path logs() {
        return folder.resolve("logs");
    }

    /** Returns the directory of the checkout. */
    public static Path checkout() throws IOException {
        return PosthorsePeer.launcher(Path.of("").toAbsolutePath()).getParent().getParent();
    }

    /** Returns a port that is free, as is the one two below it. */
    public static int freePort() throws IOException {
        return FreePorts.withNeighbours(-2, 1);
    }

    /** Starts a script without waiting for its end. */
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

    /** Runs a script to its end, with the unchanged environment. */
    public Outcome run(String script, String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), script, arguments);
    }
}
