package io.posthorse.interop.crash;

import java.util.List;

/**
 * What a reading of all queues showed.
 *
 * @param acknowledged messages the broker had acknowledged
 * @param found those of them that are there
 * @param lost those that are not
 * @param extra messages that are there without having been acknowledged, which is allowed
 * @param duplicated places of messages that are there already
 * @param disordered places where a sender's acknowledged messages go backwards
 * @param invented places with content nobody sent there
 * @param moved acknowledged messages that are not at the offset of their acknowledgement
 * @param reused offsets that had other content in an earlier reading, or whose content is gone
 */
record Findings(int acknowledged, int found, List<String> lost, int extra, List<String> duplicated,
        List<String> disordered, List<String> invented, List<String> moved, List<String> reused) {

    private static final int SHOWN = 10;

    /** Whether the broker kept its word. */
    boolean clean() {
        return lost.isEmpty() && duplicated.isEmpty() && disordered.isEmpty() && invented.isEmpty()
                && moved.isEmpty() && reused.isEmpty();
    }

    /** The counts in one line. */
    String summary() {
        return "acknowledged %d, found %d, lost %d, duplicated %d, out of order %d, invented %d, moved %d, "
                .formatted(acknowledged, found, lost.size(), duplicated.size(), disordered.size(), invented.size(),
                        moved.size())
                + "reused offsets %d, unacknowledged but stored %d".formatted(reused.size(), extra);
    }

    /** The first of each kind of fault, a line each. */
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
