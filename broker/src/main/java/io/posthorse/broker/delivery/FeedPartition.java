package io.posthorse.broker.delivery;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Waiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One partition of a feed, and what of it is in consumers' hands. */
final class FeedPartition implements Waiter {
    private final Feed feed;
    private final Partition partition;
    private final int number;
    /** Messages in consumers' hands, by offset. */
    private Map<Long, Delivery> held = Map.of();
    /** Offsets that nobody is to be handed although no consumer holds them: what becomes of them is decided elsewhere. */
    private Set<Long> reserved = Set.of();
    private int resets;
    private boolean waiting;

    FeedPartition(Feed feed, Partition partition, int number, int resets) {
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

    // ---- in hands

    int heldCount() {
        return held.size();
    }

    boolean holds(Delivery delivery) {
        return held.get(delivery.offset()) == delivery;
    }

    void hold(Delivery delivery) {
        if (held.isEmpty()) {
            held = new HashMap<>(4);
        }
        held.put(delivery.offset(), delivery);
    }

    /** False where it was not held. */
    boolean drop(Delivery delivery) {
        if (!holds(delivery)) {
            return false;
        }
        held.remove(delivery.offset());
        held = held.isEmpty() ? Map.of() : held; // a table that once was large is not kept
        return true;
    }

    void dropAll() {
        held = Map.of();
    }

    // ---- in nobody's hands

    void reserve(long offset) {
        if (reserved.isEmpty()) {
            reserved = new HashSet<>(4);
        }
        reserved.add(offset);
    }

    /** False where it was not reserved. */
    boolean unreserve(long offset) {
        if (!reserved.contains(offset)) {
            return false;
        }
        reserved.remove(offset);
        reserved = reserved.isEmpty() ? Set.of() : reserved;
        return true;
    }

    boolean hasReserved() {
        return !reserved.isEmpty();
    }

    /** Whether the message can be handed to somebody, where it is not settled. */
    boolean isTaken(long offset) {
        return held.containsKey(offset) || reserved.contains(offset);
    }

    // ---- coming

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
        feed.wakeAll();
    }
}
