package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import java.util.Comparator;

/** A message that can be handed out: where it is, and what that depends on. */
record Candidate(Lane lane, long offset, long position, MessageTraits traits) {
    /** The more important first, of equal ones the older: positions of the log tell age across partitions. */
    static final Comparator<Candidate> ORDER = Comparator.comparingInt((Candidate c) -> -c.traits.priority())
            .thenComparingLong(Candidate::position);
}
