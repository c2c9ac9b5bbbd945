package io.posthorse.clustertest.round;

import io.posthorse.clustertest.lab.Lab;
import io.posthorse.clustertest.lab.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what {@code bin/posthorse cluster status --every} prints, which asks the nodes from where the clients are. */
final class StatusCommand implements ClusterView {
    private static final Pattern OBJECT = Pattern.compile("\\{[^{}]*}");
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"([^\"]*)\"|(-?\\d+)|null)");
    private static final Pattern LEADER = Pattern.compile("\"leader\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern TERM = Pattern.compile("\"term\"\\s*:\\s*(\\d+)");

    private final Process process;
    private final BufferedReader lines;

    private StatusCommand(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    static StatusCommand start(Lab lab, Path home) throws IOException {
        String addresses = lab.nodes().stream().map(Node::nameServer).collect(Collectors.joining(";"));
        return new StatusCommand(
                lab.startCommand(home, "cluster", "status", "-o", "json", "--every", "0.1", "-n", addresses));
    }

    /** Waits for the next look. */
    @Override
    public Optional<State> now() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("the command that looks at the cluster has ended");
        }
        return line.contains("\"nodes\"") ? Optional.of(parse(line)) : Optional.empty();
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Reads {"leader","term","nodes":[{"name","role","lag"}]}; numbers that are missing count as 0. */
    static State parse(String json) {
        int from = json.indexOf('[');
        int to = json.indexOf(']', from);
        if (from < 0 || to < 0) {
            throw new IllegalArgumentException("no list of nodes: " + json);
        }
        String others = json.substring(0, from) + json.substring(to);
        Matcher term = TERM.matcher(others);
        long now = term.find() ? Long.parseLong(term.group(1)) : 0;
        List<Member> members = new ArrayList<>();
        Matcher objects = OBJECT.matcher(json.substring(from, to));
        while (objects.find()) {
            Map<String, String> fields = new HashMap<>();
            Matcher field = FIELD.matcher(objects.group());
            while (field.find()) {
                fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
            }
            members.add(new Member(text(fields, "name"), text(fields, "role"), now, number(fields, "lag")));
        }
        Matcher leader = LEADER.matcher(others);
        return new State(List.copyOf(members), leader.find() ? leader.group(1) : "");
    }

    private static String text(Map<String, String> fields, String name) {
        String value = fields.get(name);
        return value == null ? "" : value;
    }

    private static long number(Map<String, String> fields, String name) {
        String value = text(fields, name);
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }
}
