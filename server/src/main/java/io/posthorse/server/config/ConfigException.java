package io.posthorse.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration with errors that prevent a start. Reports all problems at once; the message has one on each line. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<ConfigProblem> problems;

    ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** Returns all problems, in the order of the sources. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
