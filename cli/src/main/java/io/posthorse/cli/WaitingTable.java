package io.posthorse.cli;

import io.posthorse.codec.rocketmq.JsonValue;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A table of waiting messages as lines with columns, with times in this machine's time zone. */
final class WaitingTable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final int CELL_MAX = 40;

    private final List<List<String>> lines = new ArrayList<>();
    private final String timeName;
    private final List<String> more;

    /**
     * @param title title of the column with the times
     * @param timeName name of the member with a message's time
     * @param more further columns behind the topic: titles with the names of the members, in their order
     */
    WaitingTable(String title, String timeName, Map<String, String> more) {
        this.timeName = timeName;
        this.more = List.copyOf(more.values());
        List<String> titles = new ArrayList<>(List.of("ID", title, "TOPIC", "QUEUE", "KEYS", "TAGS", "BYTES", "MESSAGE ID"));
        titles.addAll(3, more.keySet());
        lines.add(titles);
    }

    void add(JsonValue.Obj message) {
        boolean unreadable = message.bool("unreadable", false);
        List<String> cells = new ArrayList<>(List.of(
                message.text("id", ""), time(message.number(timeName, -1)),
                unreadable ? "(unreadable)" : cell(message, "topic"), cell(message, "queueId"), cell(message, "keys"),
                cell(message, "tags"), cell(message, "bodySize"), cell(message, "msgId")));
        cells.addAll(3, more.stream().map(name -> cell(message, name)).toList());
        lines.add(cells);
    }

    private static String time(long ms) {
        return ms < 0 ? "-" : TIME.format(Instant.ofEpochMilli(ms));
    }

    /** Returns a cell; texts of clients are cleared of control characters and shortened. */
    private static String cell(JsonValue.Obj message, String name) {
        String text = message.text(name, "").replaceAll("\\p{Cc}|\\p{Cf}", "?");
        if (text.isEmpty()) {
            return "-";
        }
        boolean isComplete = text.length() <= CELL_MAX || name.equals("msgId") || name.equals("topic");
        return isComplete ? text : text.substring(0, CELL_MAX - 3) + "...";
    }

    /** Returns the lines, with aligned columns. */
    List<String> text() {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return lines.stream().map(line -> {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                out.append(line.get(i)).repeat(" ", widths[i] - line.get(i).length() + 2);
            }
            return out.toString().stripTrailing();
        }).toList();
    }
}
