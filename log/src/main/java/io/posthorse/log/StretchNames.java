package io.posthorse.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Names of files that each cover a stretch of log, with first and last position in 20 digits each. Of overlapping names,
 * which an interrupted merge may leave, the longest stretches count.
 */
final class StretchNames {
    private StretchNames() {}

    static long from(String name) {
        return Long.parseLong(name, 0, 20, 10);
    }

    static long to(String name) {
        return Long.parseLong(name, 21, 41, 10);
    }

    /** Returns the names that count between two positions, in the order of the log; none overlaps another. */
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
