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
    /** So many are looked through; of more each is found at once. */
    private static final int LISTED_MAX = 16;

    final Topic topic;
    final PartitionIndex index;
    /** Position of the last message; messages below the committed position are visible. */
    long lastPosition = -1;
    /** Whether the broker has it in its list of partitions with messages to announce. */
    boolean announced;
    /** Where its visible messages ended when its waiters were told last; -1 where they are to be told again. */
    long toldEnd = -1;

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

    /** Number in its topic, from 0. */
    public int number() {
        return number;
    }

    /** Number in this broker's log, never used for another partition. */
    public int id() {
        return index.id;
    }

    /** Subscriptions with a cursor here. */
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

    /** Takes back a waiter that no longer waits. */
    public void remove(Waiter waiter) {
        if (waiters != NOBODY && waiters.remove(waiter) && waiters.isEmpty()) {
            waiters = NOBODY;
        }
    }

    void wakeAll(FaultReporter faults) {
        Collection<Waiter> woken = waiters;
        waiters = NOBODY; // a woken one may wait again at once
        for (Waiter waiter : woken) {
            faults.guard("waking who waits for " + topic.name(), waiter::wake);
        }
    }
}
