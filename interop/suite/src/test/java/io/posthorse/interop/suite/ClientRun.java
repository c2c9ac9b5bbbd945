package io.posthorse.interop.suite;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client program that runs many scenarios in its own process.
 *
 * @param version the client's version
 * @param header encoding of the client's headers: JSON or ROCKETMQ
 * @param scenarios names of its scenarios
 */
record ClientRun(String version, String header, List<String> scenarios) {
    /** RocketMQ counts in ticks of a second, and rounds down. */
    static final boolean OF_ROCKETMQ = System.getProperty("interop.peer", "").equals("rocketmq");


    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final String MAIN = "io.posthorse.interop.client.Main";
    private static final Pattern VERDICT =
            Pattern.compile("^verdict scenario=(\\S+) result=(\\S+) millis=\\d+ reason=(.*)$", Pattern.MULTILINE);

    /**
     * The verdict of a scenario.
     *
     * @param result PASS, FAIL or SKIP
     * @param reason reason, if not PASS
     */
    record Verdict(String result, String reason) {
    }

    /**
     * The result of the program.
     *
     * @param exitCode its exit code
     * @param verdicts by scenario
     * @param output its output
     */
    record Outcome(int exitCode, Map<String, Verdict> verdicts, String output) {

        /** Returns the lines about a scenario. */
        String about(String scenario) {
            return output.lines().filter(line -> line.contains("scenario=" + scenario + " "))
                    .reduce("", (all, line) -> all + "\n" + line);
        }
    }

    /** Runs the scenarios; returns a result also where some fail. */
    Outcome play(String nameServer, String delays, Path folder) throws IOException, InterruptedException {
        String suffix = header.toLowerCase(java.util.Locale.ROOT) + "-" + version.replace('.', '_');
        Path home = folder.resolve("client-" + suffix);
        JavaCommand command = new JavaCommand(ClientModule.classPath("client-" + version), MAIN)
                .options(options(home)).arguments("--namesrv", nameServer, "--run", suffix, "--delays", delays,
                        "--timer-early", OF_ROCKETMQ ? "1100" : "0")
                .arguments(scenarios.toArray(String[]::new));
        try (ChildProcess child = ChildProcess.start(command.builder(), home.resolve("output.log"))) {
            int exitCode = child.await(LIMIT);
            String output = child.output();
            return new Outcome(exitCode, verdicts(output), output);
        }
    }

    private List<String> options(Path home) {
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + home, "-Drocketmq.client.localOffsetStoreDir=" + home.resolve("offsets"),
                "-Drocketmq.client.rebalance.waitInterval=4000", "-Drocketmq.serialize.type=" + header));
        if (version.startsWith("4.4") || version.startsWith("4.7")) {
            options.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
        }
        return options;
    }

    static Map<String, Verdict> verdicts(String output) {
        Map<String, Verdict> verdicts = new HashMap<>();
        Matcher matcher = VERDICT.matcher(output);
        while (matcher.find()) {
            verdicts.put(matcher.group(1), new Verdict(matcher.group(2), matcher.group(3)));
        }
        return verdicts;
    }
}
