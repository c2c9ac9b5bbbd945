package io.posthorse.clustertest.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the system to their end. */
final class Shell {
    private static final long LIMIT_SECONDS = 60;

    private Shell() {
    }

    /** What a program printed, and its exit code. */
    record Outcome(int code, String output) {
    }

    /** Runs a program; fails where its exit code is not 0. */
    static String run(String... command) throws IOException, InterruptedException {
        Outcome outcome = attempt(List.of(command));
        if (outcome.code() != 0) {
            throw new IOException(String.join(" ", command) + " failed with " + outcome.code() + ": " + outcome.output());
        }
        return outcome.output();
    }

    /** Runs a program whose failure is no harm. */
    static Outcome attempt(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("lab", ".out");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " did not end within " + LIMIT_SECONDS + " s");
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).trim());
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Returns whether a program of that name is there. */
    static boolean has(String program) {
        return List.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
