package io.posthorse.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of the commands that list waiting messages. */
final class WaitingOptions {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "only messages of this topic")
    private String topic;

    @Option(names = "--after", paramLabel = "TIME", converter = TimeOption.class,
            description = "only from this time on: 2026-11-21T10:00, +2h, -30m, or ms since 1970")
    private Long after;

    @Option(names = "--before", paramLabel = "TIME", converter = TimeOption.class, description = "only before this time")
    private Long before;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "100",
            description = "maximum number of messages, ${DEFAULT-VALUE} by default")
    private int limit;

    @Option(names = "--json", description = "print JSON, for scripts")
    private boolean json;

    private String kind;

    /** Selects another kind of messages than the list's usual one; null for the usual one. */
    WaitingOptions kind(String wanted) {
        kind = wanted;
        return this;
    }

    int limit() {
        return limit;
    }

    boolean json() {
        return json;
    }

    /** Returns the fields of a request for up to {@code most} messages, behind a token or null. */
    Map<String, String> fields(int most, String token) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("limit", Integer.toString(most));
        put(fields, "kind", kind);
        put(fields, "topic", topic);
        put(fields, "from", after);
        put(fields, "to", before);
        put(fields, "token", token);
        return fields;
    }

    private static void put(Map<String, String> fields, String name, Object value) {
        if (value != null) {
            fields.put(name, value.toString());
        }
    }
}
