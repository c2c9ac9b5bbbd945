package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;

/** A message that a consumer holds. */
public final class Delivery {
    private final Feed feed;
    private final Candidate message;
    private final Consumer consumer;
    private final int times;
    private final int lost;
    private final boolean firstOfGroup;
    private int counted;

    /**
     * @param times earlier attempts
     * @param lost how often it was held when a connection was lost
     */
    Delivery(Feed feed, Candidate message, Consumer consumer, int times, int lost, boolean firstOfGroup) {
        this.feed = feed;
        this.message = message;
        this.consumer = consumer;
        this.times = times;
        this.lost = lost;
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

    /** Returns the position of its record in the log. */
    public long position() {
        return message.position();
    }

    public MessageTraits traits() {
        return message.traits();
    }

    /** Returns the number of earlier attempts, with those of which nobody knows whether the application saw the message. */
    public int before() {
        return times + lost;
    }

    /** Returns the number of earlier attempts that are certain. */
    int certainBefore() {
        return times;
    }

    /** Returns whether it is the first of its group for this consumer. */
    public boolean isFirstOfGroup() {
        return firstOfGroup;
    }

    Candidate message() {
        return message;
    }

    /** Returns the number of certain attempts that count when it is given back. */
    int counted() {
        return counted;
    }

    /** Counts one more failed attempt by the consumer. */
    public void countAgain() {
        counted++;
    }
}
