package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;

/** Decides what becomes of messages that no consumer gets. Commands are given in an open turn. */
public interface UndeliverableHandler {
    /**
     * A message's time is over: it is to be settled, and may be kept somewhere else.
     *
     * @return false where that cannot be done now; it is asked again
     */
    boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits);
}
