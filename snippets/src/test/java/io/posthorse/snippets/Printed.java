package io.posthorse.snippets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares the output that a page prints with that of a run. */
final class Printed {
    /** Matches lines that a reader takes for a fault, whatever the exit code. */
    private static final Pattern FAULT = Pattern.compile(
            "Exception\\b|^\\s+at [\\w.$/@]+\\(|: (warning|error): |command not found|No such file");

    private Printed() {}

    /** Returns the first line of the output that looks like a fault. */
    static Optional<String> fault(String output) {
        return output.lines().filter(line -> FAULT.matcher(line).find()).findFirst();
    }

    /** Returns the first expected line that the output lacks, or, of lines in order, that comes too early. */
    static Optional<String> missing(String expected, String output, boolean inOrder) {
        List<String> rest = new ArrayList<>(output.lines().map(Printed::squeezed).toList());
        for (String line : expected.lines().filter(l -> !l.isBlank()).toList()) {
            Pattern wanted = pattern(line);
            int at = 0;
            while (at < rest.size() && !wanted.matcher(rest.get(at)).matches()) {
                at++;
            }
            if (at == rest.size()) {
                return Optional.of(line);
            }
            if (inOrder) {
                rest.subList(0, at + 1).clear();
            } else {
                rest.remove(at);
            }
        }
        return Optional.empty();
    }

    /** Returns the pattern of a line, in which three dots stand for anything. */
    private static Pattern pattern(String line) {
        return Pattern.compile(Stream.of(squeezed(line).split("\\.\\.\\.", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")));
    }

    private static String squeezed(String line) {
        return line.strip().replaceAll("\\s+", " ");
    }
}
