package io.posthorse.interop.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A command line for a main class, with the JDK of this process. */
public final class JavaCommand {

    private final String classPath;
    private final String mainClass;
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();

    /** Creates a command without options and arguments. */
    public JavaCommand(String classPath, String mainClass) {
        this.classPath = classPath;
        this.mainClass = mainClass;
    }

    /** Adds options for the JVM. */
    public JavaCommand options(List<String> more) {
        options.addAll(more);
        return this;
    }

    /** Adds arguments for the program. */
    public JavaCommand arguments(String... more) {
        arguments.addAll(Arrays.asList(more));
        return this;
    }

    /** Returns the process builder. */
    public ProcessBuilder builder() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
