package io.posthorse.broker.delivery;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Waiter;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** One partition of a feed, and what of it is in consumers' hands. */
final class Lane implements Waiter {
    private final Feed feed;
    private final Partition partition;
    private final int number;
    private final Map<Long, Delivery> held = new HashMap<>();
    private final TreeSet<Long> reserved = new TreeSet<>();
    private int resets;
    private boolean waiting;

    Lane(Feed feed, Partition partition, int number, int resets) {
        this.feed = feed;
        this.partition = partition;
        this.number = number;
        this.resets = resets;
    }

    Partition partition() {
        return partition;
    }

    /** Place in its feed, from 0. */
    int number() {
        return number;
    }

    /** Messages in consumers' hands, by offset. */
    Map<Long, Delivery> held() {
        return held;
    }

    /** Offsets that nobody is to be handed although no consumer holds them: what becomes of them is decided elsewhere. */
    TreeSet<Long> reserved() {
        return reserved;
    }

    boolean isHeld(long offset) {
        return held.containsKey(offset) || !reserved.isEmpty() && reserved.contains(offset);
    }

    /** Whether the subscription began anew since the last call. */
    boolean wasReset(int now) {
        boolean changed = now != resets;
        resets = now;
        return changed;
    }

    /** Has the feed woken by the partition's next message. */
    void await() {
        if (!waiting) {
            waiting = true;
            feed.broker().await(partition, this);
        }
    }

    void awaitNoMore() {
        if (waiting) {
            waiting = false;
            partition.remove(this);
        }
    }

    @Override
    public void wake() {
        waiting = false;
        feed.wake();
    }
}
