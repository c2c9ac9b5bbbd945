package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.Collection;

/**
 * The commands of subscriptions whose messages are settled one by one. The log does not record which consumer holds a
 * message, so handing out costs no write; it records settled messages and those given back. Unsettled messages are handed
 * out again after a restart.
 *
 * <p>The settlements of a turn in one partition become one record at its end. Until then they are kept beside the state,
 * the log has promised room for them, and every query here considers them.
 */
public final class Settlements {
    /** Settlements of a turn in one partition after which a record is written early. */
    private static final int PENDING_MAX = 4_096;

    private final Broker broker;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    /** The settlements of a turn in a partition so far. */
    static final class Pending {
        private final Subscription subscription;
        private final Partition partition;
        private final OffsetSet offsets = new OffsetSet();

        private Pending(Subscription subscription, Partition partition) {
            this.subscription = subscription;
            this.partition = partition;
        }
    }

    Settlements(Broker broker) {
        this.broker = broker;
    }

    /** Sets the begin of a subscription that has never read a partition; does nothing for others. */
    public boolean begin(Subscription subscription, Partition partition, long offset) {
        return subscription.cursor(partition) >= 0 || broker.commit(subscription, partition, offset);
    }

    /** Returns the offset below which everything is settled; the present turn may have settled more. */
    public long floor(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled(partition);
        return cursor != null ? cursor.floor() : Math.max(0, subscription.cursor(partition));
    }

    public boolean isSettled(Subscription subscription, Partition partition, long offset) {
        SettledCursor cursor = subscription.settled(partition);
        if (cursor != null ? cursor.isSettled(offset) : offset < floor(subscription, partition)) {
            return true;
        }
        Pending now = subscription.pending.get(partition.id());
        return now != null && now.offsets.contains(offset);
    }

    /** Returns the first unsettled offset at or behind the given one. */
    public long nextUnsettled(Subscription subscription, Partition partition, long from) {
        SettledCursor cursor = subscription.settled(partition);
        Pending now = subscription.pending.get(partition.id());
        long at = cursor != null ? cursor.nextUnsettled(from) : Math.max(from, floor(subscription, partition));
        while (now != null && now.offsets.contains(at)) {
            long behind = now.offsets.nextClear(at);
            at = cursor != null ? cursor.nextUnsettled(behind) : behind;
        }
        return at;
    }

    /**
     * Returns the first settled offset at or behind the given one; {@link Long#MAX_VALUE} where there is none. Settlements
     * of the present turn may not count.
     */
    long nextSettled(Subscription subscription, Partition partition, long from) {
        SettledCursor cursor = subscription.settled(partition);
        if (cursor != null) {
            return cursor.nextSettled(from);
        }
        return from < floor(subscription, partition) ? from : Long.MAX_VALUE;
    }

    /**
     * Returns how often a message was held by a consumer whose connection was lost. These attempts are in memory only, and
     * come on top of {@link #deliveries}.
     */
    public int lostDeliveries(Subscription subscription, Partition partition, long offset) {
        return subscription.lost == null ? 0 : subscription.lost.count(partition.id(), offset);
    }

    /** Notes that a message was held by a consumer whose connection was lost. */
    public void lost(Subscription subscription, Partition partition, long offset) {
        if (!isSettled(subscription, partition, offset)) {
            subscription.lost = subscription.lost == null ? new LostDeliveries() : subscription.lost;
            subscription.lost.add(partition.id(), offset);
        }
    }

    private static void forgetLost(Subscription subscription, Partition partition, long first, long count) {
        if (subscription.lost != null) {
            subscription.lost.settled(partition.id(), first, count);
            subscription.lost = subscription.lost.isEmpty() ? null : subscription.lost;
        }
    }

    /** Returns the attempts of a message that was given back; 0 where it never was. */
    public int deliveries(Subscription subscription, Partition partition, long offset) {
        SettledCursor cursor = subscription.settled(partition);
        return cursor == null ? 0 : cursor.deliveries(offset);
    }

    /**
     * Returns a number that changes whenever the subscription restarts at another offset, which makes all held messages
     * invalid.
     */
    public int resets(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled(partition);
        return cursor == null ? 0 : cursor.resets();
    }

    /** Returns the number of messages that are kept and not settled. */
    public long waiting(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled(partition);
        Pending now = subscription.pending.get(partition.id());
        long from = Math.max(floor(subscription, partition), broker.begin(partition));
        long settled = (cursor == null ? 0L : cursor.settledAbove()) + (now == null ? 0L : now.offsets.size());
        return Math.max(0, broker.end(partition) - from - settled);
    }

    /** Settles one message; returns false where the log is full. */
    public boolean settle(Subscription subscription, Partition partition, long offset) {
        forgetLost(subscription, partition, offset, 1);
        if (subscription.isTransient()) {
            subscription.place(partition).settled().settle(offset, 1);
            return true;
        }
        requireGiven(partition, offset);
        if (!promise(1)) {
            return false;
        }
        broker.decided();
        pending(subscription, partition).offsets.add(offset);
        flushIfMany();
        return true;
    }

    /** Settles messages, in ascending order; returns false where the log is full, and settles none then. */
    public boolean settle(Subscription subscription, Partition partition, Collection<Long> offsets) {
        offsets.forEach(offset -> forgetLost(subscription, partition, offset, 1));
        if (subscription.isTransient()) {
            offsets.forEach(offset -> subscription.place(partition).settled().settle(offset, 1));
            return true;
        }
        offsets.forEach(offset -> requireGiven(partition, offset));
        if (offsets.isEmpty()) {
            return true;
        }
        if (!promise(offsets.size())) {
            return false;
        }
        broker.decided();
        for (long offset : offsets) {
            pending(subscription, partition).offsets.add(offset);
        }
        flushIfMany();
        return true;
    }

    private static void requireGiven(Partition partition, long offset) {
        if (offset < 0 || offset >= partition.index.next()) {
            throw new IllegalArgumentException("offset " + offset + " has no message yet: the next is "
                    + partition.index.next());
        }
    }

    /** Promises room for the record: at most one for each message, with a run for each. */
    private boolean promise(int messages) {
        return broker.appender().promise((long) messages * Event.Settled.size(1), messages);
    }

    private Pending pending(Subscription subscription, Partition partition) {
        Pending known = subscription.pending.get(partition.id());
        if (known == null) {
            known = new Pending(subscription, partition);
            subscription.addPending(partition, known);
            pending.add(known);
        }
        return known;
    }

    /** Flushes only after a whole command, since the room was promised for all of it. */
    private void flushIfMany() {
        if (pending.getLast().offsets.size() >= PENDING_MAX) {
            flush();
        }
    }

    /** Returns whether all settlements have a record. */
    boolean isFlushed() {
        return pending.isEmpty();
    }

    /** Writes records of the settlements of the turn so far. */
    void flush() {
        if (pending.isEmpty()) {
            return;
        }
        broker.log().redeem();
        while (!pending.isEmpty()) {
            Pending one = pending.removeFirst();
            one.subscription.removePending(one.partition);
            broker.write(
                    new Event.Settled(one.subscription.number(), one.partition.id(), one.offsets.runs()), false);
        }
    }

    /** Settles messages that are no longer kept, so that the floor follows the begin of the partition. */
    public void trim(Subscription subscription, Partition partition) {
        long floor = floor(subscription, partition);
        long begin = broker.begin(partition);
        forgetLost(subscription, partition, 0, begin);
        if (floor >= begin) {
            return;
        }
        if (subscription.isTransient()) {
            subscription.place(partition).settled().settle(floor, begin - floor);
        } else {
            broker.append(new Event.Settled(subscription.number(), partition.id(), floor, begin - floor));
        }
    }

    /** Notes that a message was given back, and its attempts; returns false where the log is full. */
    public boolean returned(Subscription subscription, Partition partition, long offset, int times) {
        if (subscription.isTransient()) {
            subscription.place(partition).settled().returned(offset, times);
            return true;
        }
        return broker.append(new Event.Returned(subscription.number(), partition.id(), offset, times));
    }

    /** Settles in a record of an atomic group, for which the log has room. */
    void write(Subscription subscription, Partition partition, Collection<Long> offsets, boolean more) {
        OffsetSet set = new OffsetSet();
        offsets.forEach(offset -> {
            set.add(offset);
            forgetLost(subscription, partition, offset, 1);
        });
        long[] runs = set.runs();
        if (subscription.isTransient()) {
            for (int i = 0; i < runs.length; i += 2) {
                subscription.place(partition).settled().settle(runs[i], runs[i + 1]);
            }
            return;
        }
        broker.write(new Event.Settled(subscription.number(), partition.id(), runs), more);
    }
}
