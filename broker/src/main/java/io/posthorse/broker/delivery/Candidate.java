package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import java.util.Comparator;

/**
 * A message that can be handed out: where it is, how long, and what handing it out depends on.
 *
 * @param traits null where nobody has looked yet
 */
record Candidate(FeedPartition lane, long offset, long position, int length, MessageTraits traits) {
    /** The more important first, of equal ones the older: positions of the log tell age across partitions. */
    static final Comparator<Candidate> ORDER = (a, b) -> a.traits.priority() != b.traits.priority()
            ? Integer.compare(b.traits.priority(), a.traits.priority())
            : Long.compare(a.position, b.position);

    /** The one whose time is over first. */
    static final Comparator<Candidate> BY_EXPIRY = Comparator.comparingLong((Candidate c) -> c.traits.expiresAtMs())
            .thenComparingLong(Candidate::position);

    String group() {
        return traits.group();
    }

    Candidate with(MessageTraits known) {
        return new Candidate(lane, offset, position, length, known);
    }
}
