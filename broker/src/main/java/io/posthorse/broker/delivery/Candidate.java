package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import java.util.Comparator;

/**
 * A message that can be handed out: its place, its length, and its traits.
 *
 * @param traits null where they were not read yet
 */
record Candidate(FeedPartition lane, long offset, long position, int length, MessageTraits traits) {
    /** Orders by priority, the highest first, then by age: positions of the log compare age across partitions. */
    static final Comparator<Candidate> ORDER = (a, b) -> a.traits.priority() != b.traits.priority()
            ? Integer.compare(b.traits.priority(), a.traits.priority())
            : Long.compare(a.position, b.position);

    /** Orders by expiry, the earliest first. */
    static final Comparator<Candidate> BY_EXPIRY = Comparator.comparingLong((Candidate c) -> c.traits.expiresAtMs())
            .thenComparingLong(Candidate::position);

    String group() {
        return traits.group();
    }

    Candidate with(MessageTraits known) {
        return new Candidate(lane, offset, position, length, known);
    }
}
