package io.posthorse.clustertest.round;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** The times after the faults of a run, by kind. */
final class Summary {
    private final Map<FaultKind, List<Timeline>> times = new EnumMap<>(FaultKind.class);

    void add(FaultKind kind, Timeline one) {
        times.computeIfAbsent(kind, k -> new ArrayList<>()).add(one);
    }

    /** Returns a table of medians and maxima in seconds; empty where nothing happened. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!times.isEmpty()) {
            lines.add(String.format(Locale.ROOT, "%-12s %5s   %-17s %-17s %-17s %s", "fault", "times", "T2 leader",
                    "T3 acknowledged", "T5 whole", "longest silence (median, max, s)"));
        }
        times.forEach((kind, all) -> lines.add(String.format(Locale.ROOT, "%-12s %5d   %-17s %-17s %-17s %s",
                kind.word(), all.size(),
                text(all.stream().map(Timeline::led).toList()),
                text(all.stream().map(Timeline::acknowledged).toList()),
                text(all.stream().map(Timeline::whole).toList()),
                text(all.stream().map(one -> OptionalLong.of(one.silence())).toList()))));
        return lines;
    }

    /** Returns the median and the maximum of those that came to pass, and how many these are where it is not all. */
    private static String text(List<OptionalLong> nanos) {
        long[] there = nanos.stream().filter(OptionalLong::isPresent).mapToLong(OptionalLong::getAsLong).sorted().toArray();
        if (there.length == 0) {
            return "-";
        }
        String of = there.length == nanos.size() ? "" : " (" + there.length + ")";
        return String.format(Locale.ROOT, "%.2f %.2f%s", there[there.length / 2] / 1e9, there[there.length - 1] / 1e9, of);
    }
}
