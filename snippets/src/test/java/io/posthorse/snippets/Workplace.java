package io.posthorse.snippets;

import io.posthorse.interop.harness.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A fresh directory for a reader's shell. It has the commands of the checkout by their names, so that {@code bin/posthorse}
 * works as printed. Files that a command writes stay in this directory, except those of the examples' applications, which
 * are in the {@code target} of the example.
 */
final class Workplace {
    private static final List<String> DROPPED = List.of("NAMESRV_ADDR", "ROCKETMQ_HOME", "POSTHORSE_DATA", "POSTHORSE_LOGS",
            "POSTHORSE_OPTS", "POSTHORSE_SECRET_KEY", "JAVA_OPT_EXT", "CLASSPATH", "XDG_CONFIG_HOME", "JAVA_TOOL_OPTIONS");

    private final Path folder;
    private final Path outputs;
    private int commands;

    /** The output and exit code of a command. */
    record Outcome(int exitCode, String output) {}

    private Workplace(Path folder, Path outputs) {
        this.folder = folder;
        this.outputs = outputs;
    }

    /** Creates the directory, or empties an old one of that name. */
    static Workplace create(Path checkout, Path place) throws IOException {
        deleteAll(place);
        Path folder = Files.createDirectories(place.resolve("here"));
        wrap(checkout.resolve("bin"), folder.resolve("bin"));
        wrap(checkout.resolve("examples"), folder.resolve("examples"));
        for (String linked : List.of("conf", "LICENSE")) {
            Files.createSymbolicLink(folder.resolve(linked), checkout.resolve(linked));
        }
        for (Path example : Page.examples(checkout)) {
            Files.createSymbolicLink(folder.resolve("examples").resolve(example.getFileName()), example);
        }
        return new Workplace(folder, place);
    }

    /** Writes a script of the same name for each command, which calls it. */
    private static void wrap(Path commands, Path into) throws IOException {
        Files.createDirectories(into);
        try (Stream<Path> found = Files.list(commands)) {
            for (Path command : found.filter(f -> Files.isRegularFile(f) && Files.isExecutable(f)).toList()) {
                Path script = into.resolve(command.getFileName());
                Files.writeString(script, "#!/usr/bin/env bash\nexec \"" + command + "\" \"$@\"\n");
                if (!script.toFile().setExecutable(true)) {
                    throw new IOException(script + " cannot be made executable");
                }
            }
        }
    }

    /** Writes a file that a page prints. */
    void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Starts commands in a fresh shell. */
    ChildProcess start(String script) throws IOException {
        commands++;
        Path file = outputs.resolve(commands + ".sh");
        Files.writeString(file, script);
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", file.toString()).directory(folder.toFile());
        Map<String, String> environment = builder.environment();
        DROPPED.forEach(environment::remove);
        environment.put("HOME", folder.toString());
        environment.put("POSTHORSE_JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPT", "-Duser.home=" + folder);
        return ChildProcess.start(builder, outputs.resolve(commands + ".log"));
    }

    /** Runs commands in a fresh shell, and waits for their end. */
    Outcome run(String script, Duration limit) throws IOException, InterruptedException {
        try (ChildProcess shell = start(script)) {
            int exitCode = shell.await(limit);
            return new Outcome(exitCode, shell.output());
        }
    }

    /** Runs a command that a page does not print; fails where it fails. */
    String output(List<String> command, Duration limit) throws IOException, InterruptedException {
        List<String> quoted = new ArrayList<>();
        command.forEach(word -> quoted.add("'" + word.replace("'", "'\\''") + "'"));
        Outcome outcome = run(String.join(" ", quoted) + "\n", limit);
        if (outcome.exitCode() != 0) {
            throw new AssertionError(command + " ended with " + outcome.exitCode() + ":\n" + outcome.output());
        }
        return outcome.output();
    }

    /** Returns the directory. */
    Path folder() {
        return folder;
    }

    /** Deletes what earlier runs of an example left, so that its page begins with a new broker and database. */
    static void forgetRuns(Path example) throws IOException {
        deleteAll(example.resolve("target").resolve("run"));
    }

    /** Deletes the directory with its content. */
    void delete() throws IOException {
        deleteAll(outputs);
    }

    private static void deleteAll(Path place) throws IOException {
        if (!Files.exists(place)) {
            return;
        }
        try (Stream<Path> found = Files.walk(place)) {
            for (Path file : found.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
