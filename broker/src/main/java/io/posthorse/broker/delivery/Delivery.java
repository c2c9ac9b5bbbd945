package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;

/** A message in a consumer's hands. */
public final class Delivery {
    private final Feed feed;
    private final Candidate message;
    private final Consumer consumer;
    private final int times;
    private final boolean firstOfGroup;
    private int counted;

    Delivery(Feed feed, Candidate message, Consumer consumer, int times, boolean firstOfGroup) {
        this.feed = feed;
        this.message = message;
        this.consumer = consumer;
        this.times = times;
        this.counted = times;
        this.firstOfGroup = firstOfGroup;
    }

    public Feed feed() {
        return feed;
    }

    public Consumer consumer() {
        return consumer;
    }

    public Partition partition() {
        return message.lane().partition();
    }

    public long offset() {
        return message.offset();
    }

    /** Where its record stands in the log. */
    public long position() {
        return message.position();
    }

    public MessageTraits traits() {
        return message.traits();
    }

    /** How often it was handed out before. */
    public int before() {
        return times;
    }

    /** Whether it is the first of its group for this consumer. */
    public boolean isFirstOfGroup() {
        return firstOfGroup;
    }

    Candidate message() {
        return message;
    }

    /** How often it counts as handed out when it is given back. */
    int counted() {
        return counted;
    }

    /** The consumer had it once more, and failed. */
    public void countAgain() {
        counted++;
    }
}
