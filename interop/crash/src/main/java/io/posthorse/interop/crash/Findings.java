package io.posthorse.interop.crash;

import java.util.List;

/**
 * The result of a reading of all queues.
 *
 * @param acknowledged number of acknowledged messages
 * @param found number of those that are there
 * @param lost number of those that are missing
 * @param extra number of unacknowledged messages that are there, which is allowed
 * @param duplicated places of repeated messages
 * @param disordered places where a sender's acknowledged messages go backwards
 * @param invented places with content that was not sent there
 * @param moved acknowledged messages that are not at the offset of their acknowledgement
 * @param reused offsets that had other content in an earlier reading, or whose content is gone
 */
record Findings(int acknowledged, int found, List<String> lost, int extra, List<String> duplicated,
        List<String> disordered, List<String> invented, List<String> moved, List<String> reused) {

    private static final int SHOWN = 10;

    /** Returns whether there is no fault. */
    boolean clean() {
        return lost.isEmpty() && duplicated.isEmpty() && disordered.isEmpty() && invented.isEmpty()
                && moved.isEmpty() && reused.isEmpty();
    }

    /** Returns the counts in one line. */
    String summary() {
        return "acknowledged %d, found %d, lost %d, duplicated %d, out of order %d, invented %d, moved %d, "
                .formatted(acknowledged, found, lost.size(), duplicated.size(), disordered.size(), invented.size(),
                        moved.size())
                + "reused offsets %d, unacknowledged but stored %d".formatted(reused.size(), extra);
    }

    /** Returns the first faults of each kind, a line each. */
    String details() {
        StringBuilder text = new StringBuilder();
        append(text, "lost", lost);
        append(text, "duplicated", duplicated);
        append(text, "out of order", disordered);
        append(text, "invented", invented);
        append(text, "moved", moved);
        append(text, "reused", reused);
        return text.toString();
    }

    private static void append(StringBuilder text, String kind, List<String> faults) {
        faults.stream().limit(SHOWN).forEach(fault -> text.append(kind).append(": ").append(fault).append('\n'));
    }
}
