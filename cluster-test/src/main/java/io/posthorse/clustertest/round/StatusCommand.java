package io.posthorse.clustertest.round;

import io.posthorse.clustertest.lab.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.HashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks the nodes with {@code bin/posthorse cluster status -o json} until one answers. */
final class StatusCommand implements ClusterView {
    private static final Pattern OBJECT = Pattern.compile("\\{[^{}]*}");
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"([^\"]*)\"|(-?\\d+)|null)");
    private static final Pattern LEADER = Pattern.compile("\"leader\"\\s*:\\s*\"([^\"]*)\"");

    private final List<Node> nodes;

    StatusCommand(List<Node> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    @Override
    public Optional<State> now() throws Exception {
        for (Node node : nodes) {
            String said = node.isRunning() ? node.ask("cluster", "status", "-o", "json") : null;
            if (said != null && said.contains("\"nodes\"")) {
                return Optional.of(parse(said));
            }
        }
        return Optional.empty();
    }

    /** Reads {"nodes":[{"name","role","term","committed","lag"}],"leader"}; fields that are missing count as 0. */
    static State parse(String json) {
        int from = json.indexOf('[');
        int to = json.indexOf(']', from);
        if (from < 0 || to < 0) {
            throw new IllegalArgumentException("no list of nodes: " + json);
        }
        List<Member> members = new ArrayList<>();
        Matcher objects = OBJECT.matcher(json.substring(from, to));
        while (objects.find()) {
            Map<String, String> fields = new HashMap<>();
            Matcher field = FIELD.matcher(objects.group());
            while (field.find()) {
                fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
            }
            members.add(new Member(text(fields, "name"), text(fields, "role"), number(fields, "term"),
                    number(fields, "committed"), number(fields, "lag")));
        }
        Matcher leader = LEADER.matcher(json.substring(0, from) + json.substring(to));
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
