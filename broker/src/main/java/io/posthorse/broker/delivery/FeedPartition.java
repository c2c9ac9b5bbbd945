package io.posthorse.broker.delivery;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Waiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** One partition of a feed, and its messages that consumers hold. */
final class FeedPartition implements Waiter {
    private static final int AWAITED_MAX = 10_000;

    private final Feed feed;
    private final Partition partition;
    private final int number;
    /** Held messages, by offset. */
    private Map<Long, Delivery> held = Map.of();
    /** Offsets that are not handed out although no consumer holds them: their outcome is decided elsewhere. */
    private Set<Long> reserved = Set.of();
    /** Those of them that could not be read, and may be repaired. */
    private Set<Long> awaited = Set.of();
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

    /** Returns its index in the feed, from 0. */
    int number() {
        return number;
    }

    // ---- held

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

    /** Removes a held message; returns false where it was not held. */
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

    // ---- reserved

    void reserve(long offset) {
        if (reserved.isEmpty()) {
            reserved = new HashSet<>(4);
        }
        reserved.add(offset);
    }

    /** Removes a reservation; returns false where there was none. */
    boolean unreserve(long offset) {
        if (!reserved.contains(offset)) {
            return false;
        }
        reserved.remove(offset);
        reserved = reserved.isEmpty() ? Set.of() : reserved;
        return true;
    }

    /** Notes that a reserved message waits for its repair; at most {@link #AWAITED_MAX}. */
    void awaitRepair(long offset) {
        if (awaited.isEmpty()) {
            awaited = new HashSet<>(4);
        }
        if (awaited.size() < AWAITED_MAX) {
            awaited.add(offset);
        }
    }

    /** Removes the reservations of all messages that wait for a repair. */
    void repaired() {
        awaited.forEach(this::unreserve);
        awaited = Set.of();
    }

    boolean hasReserved() {
        return !reserved.isEmpty();
    }

    /** Returns whether a message is held or reserved. */
    boolean isTaken(long offset) {
        return held.containsKey(offset) || reserved.contains(offset);
    }

    // ---- changes

    /** Returns whether the subscription was restarted since the last call. */
    boolean wasReset(int now) {
        boolean changed = now != resets;
        resets = now;
        return changed;
    }

    /** Registers the feed for the partition's next message. */
    void await() {
        if (!waiting) {
            waiting = true;
            feed.broker().await(partition, this);
        }
    }

    void cancelWait() {
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
