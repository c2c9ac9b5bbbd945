package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** An ordered sequence of messages in a topic, addressed by offset. */
public final class Partition {
    private static final Collection<Waiter> NOBODY = List.of();
    /** Maximum waiters in a list; a set holds more of them. */
    private static final int LISTED_MAX = 16;

    final Topic topic;
    final PartitionIndex index;
    /** Position of the last message; messages below the committed position are visible. */
    long lastPosition = -1;
    /** Whether the broker's list of partitions with messages to announce holds it. */
    boolean announced;
    /** End of its visible messages when its waiters were last woken; -1 where they must be woken again. */
    long announcedEnd = -1;

    private final int number;
    private Collection<Waiter> waiters = NOBODY;
    /** Subscriptions with a cursor here. */
    private Set<Subscription> readers = Set.of();

    Partition(Topic topic, int number, PartitionIndex index) {
        this.topic = topic;
        this.number = number;
        this.index = index;
    }

    public Topic topic() {
        return topic;
    }

    /** Returns the number in its topic, from 0. */
    public int number() {
        return number;
    }

    /** Returns the number in this broker's log, which no other partition ever has. */
    public int id() {
        return index.id;
    }

    /** Returns the subscriptions with a cursor here. */
    Stream<Subscription> readers() {
        return readers.stream();
    }

    void add(Subscription reader) {
        if (readers.isEmpty()) {
            readers = new LinkedHashSet<>(4);
        }
        readers.add(reader);
    }

    void remove(Subscription reader) {
        if (!readers.isEmpty()) {
            readers.remove(reader);
        }
    }

    boolean hasWaiters() {
        return waiters != NOBODY;
    }

    void add(Waiter waiter) {
        if (waiters == NOBODY) {
            waiters = new ArrayList<>(2);
        } else if (waiters.size() == LISTED_MAX) {
            waiters = new LinkedHashSet<>(waiters);
        }
        waiters.add(waiter);
    }

    /** Removes a waiter. */
    public void remove(Waiter waiter) {
        if (waiters != NOBODY && waiters.remove(waiter) && waiters.isEmpty()) {
            waiters = NOBODY;
        }
    }

    void wakeAll(FaultReporter faults) {
        Collection<Waiter> woken = waiters;
        waiters = NOBODY; // a woken waiter may register again at once
        for (Waiter waiter : woken) {
            faults.guard("waking a waiter for " + topic.name(), waiter::wake);
        }
    }
}
