package io.posthorse.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be started with. It names all problems at once; the message has one to a line. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<ConfigProblem> problems;

    ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, in the order of the sources. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
