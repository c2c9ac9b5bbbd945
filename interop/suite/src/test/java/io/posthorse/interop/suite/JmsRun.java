package io.posthorse.interop.suite;

import io.posthorse.interop.harness.ChildProcess;
import io.posthorse.interop.harness.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs of interop/clients/jms, each in its own process with a client of ActiveMQ. */
final class JmsRun {
    /** The client versions: that of the documents, the last 5.x with a pool, and the latest. */
    static final List<String> VERSIONS = List.of("5.14.4", "5.15.2", "5.19.2", "6.3.1");
    static final Duration LIMIT = Duration.ofSeconds(150);

    private JmsRun() {
    }

    /** Suffix that makes names of destinations unique to a version. */
    static String name(String version) {
        return "v" + version.replace('.', '_');
    }

    /** Starts a program without waiting for its end. */
    static ChildProcess start(
            Path folder, String version, String program, List<String> options, String url, String... more)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        all.addAll(options);
        JavaCommand command = new JavaCommand(
                ClientModule.classPath("jms-" + version), "io.posthorse.interop.jms." + program)
                .options(all).arguments(url, name(version)).arguments(more);
        return ChildProcess.start(
                command.builder(), folder.resolve(program + "-" + version + "-" + System.nanoTime() + ".log"));
    }

    /** Runs a program to its end; returns its output. */
    static String play(Path folder, String version, String program, List<String> options, String url, String... more)
            throws IOException, InterruptedException {
        try (ChildProcess child = start(folder, version, program, options, url, more)) {
            child.await(LIMIT);
            return child.output();
        }
    }
}
