package io.posthorse.interop.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A command line that runs a main class with the JDK that runs this program. */
public final class JavaCommand {

    private final String classPath;
    private final String mainClass;
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();

    /** A command without options and arguments yet. */
    public JavaCommand(String classPath, String mainClass) {
        this.classPath = classPath;
        this.mainClass = mainClass;
    }

    /** Adds options for the virtual machine. */
    public JavaCommand options(List<String> more) {
        options.addAll(more);
        return this;
    }

    /** Adds arguments for the program. */
    public JavaCommand arguments(String... more) {
        arguments.addAll(Arrays.asList(more));
        return this;
    }

    /** The process, not started yet. */
    public ProcessBuilder builder() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
