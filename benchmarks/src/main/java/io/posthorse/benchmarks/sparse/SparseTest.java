package io.posthorse.benchmarks.sparse;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures a broker with a large log on sparse files: how much of it stays when some messages are still needed, how long
 * that delays the owner, and how long a start takes. Each step runs in its own process, with the options of a server.
 */
public final class SparseTest {
    private static final String FILL = "fill:";
    private static final String CLEAN = "clean:";
    private static final String MEASURE = "measure:";

    private SparseTest() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        Choices choices;
        try {
            choices = Choices.of(given);
            choices.names().forEach(name -> kind(name.substring(name.indexOf(':') + 1)));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Choices.USAGE);
            System.exit(2);
            return;
        }
        Files.createDirectories(choices.folder());
        for (String name : choices.names()) {
            if (name.startsWith(FILL)) {
                new CleaningRun(choices, kind(name.substring(FILL.length()))).fill();
            } else if (name.startsWith(CLEAN)) {
                new CleaningRun(choices, kind(name.substring(CLEAN.length()))).clean();
            } else if (name.startsWith(MEASURE)) {
                measure(choices, kind(name.substring(MEASURE.length())));
            } else {
                run(choices, name, given.stream().filter(argument -> !choices.names().contains(argument)).toList());
            }
        }
        Runtime.getRuntime().halt(0); // like a killed broker, for the process that opens the log next
    }

    private static Filling.Kind kind(String name) {
        return Filling.Kind.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static void run(Choices choices, String name, List<String> options) throws IOException, InterruptedException {
        System.out.println("== " + name + " " + String.join(" ", options));
        LogFiles.delete(choices.data());
        child(options, FILL + name);
        if (kind(name) == Filling.Kind.START || choices.server()) {
            measure(choices, kind(name));
        } else {
            child(options, CLEAN + name);
        }
        LogFiles.delete(choices.data());
    }

    /** Measures servers on an existing log. */
    private static void measure(Choices choices, Filling.Kind kind) throws IOException, InterruptedException {
        if (kind == Filling.Kind.START) {
            new StartRun(choices).run();
        } else {
            new CleaningRun(choices, kind).serve();
        }
    }

    private static void child(List<String> options, String step) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SparseTest.class.getName()));
        command.addAll(options);
        command.add(step);
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException(step + " ended with " + code);
        }
    }
}
