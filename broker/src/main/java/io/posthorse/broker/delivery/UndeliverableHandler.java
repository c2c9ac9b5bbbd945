package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;

/** A handler of messages that no consumer gets. It gives commands in an open turn. */
public interface UndeliverableHandler {
    /**
     * Settles an expired message, and may keep a copy elsewhere.
     *
     * @return false where that is impossible now; it is called again
     */
    boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits);
}
