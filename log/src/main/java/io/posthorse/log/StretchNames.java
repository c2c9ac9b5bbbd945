package io.posthorse.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Names of files that each stand for a stretch of log, first and last position in 20 digits each. Of those that overlap,
 * as a merge may leave them that was cut short, the longest ones count.
 */
final class StretchNames {
    private StretchNames() {}

    static long from(String name) {
        return Long.parseLong(name, 0, 20, 10);
    }

    static long to(String name) {
        return Long.parseLong(name, 21, 41, 10);
    }

    /** Those that count, in the order of the log: between two positions, none of which overlaps another. */
    static List<String> covering(List<String> names, long begin, long end) {
        List<String> sorted = names.stream()
                .filter(name -> from(name) < to(name) && to(name) > begin && to(name) <= end)
                .sorted(Comparator.comparingLong(StretchNames::from)
                        .thenComparing(Comparator.comparingLong(StretchNames::to).reversed())
                        .thenComparing(Comparator.reverseOrder()))
                .toList();
        List<String> covering = new ArrayList<>();
        long covered = Long.MIN_VALUE;
        for (String name : sorted) {
            if (from(name) >= covered) {
                covering.add(name);
                covered = to(name);
            }
        }
        return covering;
    }
}
