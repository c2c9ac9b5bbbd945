package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Commands of subscriptions whose messages are settled one by one. Who is handed what is not recorded, so handing out
 * costs no write; that a message was settled, or came back, is. What nobody settled is handed out again after a restart.
 *
 * <p>What a turn settles of one partition becomes one record at its end. Until then it is kept beside the state, room in the
 * log is promised to it, and everybody who asks here is told of it.
 */
public final class Settlements {
    /** Settled by a turn in one partition before a record is made of it early. */
    private static final int PENDING_MAX = 4_096;

    private final Broker broker;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    /** What a turn has settled so far in a partition. */
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

    /** Where a subscription that never read a partition begins; does nothing where it has. */
    public boolean begin(Subscription subscription, Partition partition, long offset) {
        return subscription.cursor(partition) >= 0 || broker.commit(subscription, partition, offset);
    }

    /** Everything below this offset is settled; more may be by the turn that is under way. */
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

    /** First offset from there on that is not settled. */
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
     * First offset from there on that is settled; {@link Long#MAX_VALUE} where none is. What the turn under way settles may
     * not count.
     */
    long nextSettled(Subscription subscription, Partition partition, long from) {
        SettledCursor cursor = subscription.settled(partition);
        if (cursor != null) {
            return cursor.nextSettled(from);
        }
        return from < floor(subscription, partition) ? from : Long.MAX_VALUE;
    }

    /** How often a message was handed out that came back; 0 where it never did. */
    public int deliveries(Subscription subscription, Partition partition, long offset) {
        SettledCursor cursor = subscription.settled(partition);
        return cursor == null ? 0 : cursor.deliveries(offset);
    }

    /** Changes whenever the subscription began anew at another offset, so that nothing that is held counts any more. */
    public int resets(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled(partition);
        return cursor == null ? 0 : cursor.resets();
    }

    /** Messages that are kept and not settled. */
    public long waiting(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled(partition);
        Pending now = subscription.pending.get(partition.id());
        long from = Math.max(floor(subscription, partition), broker.begin(partition));
        long settled = (cursor == null ? 0L : cursor.settledAbove()) + (now == null ? 0L : now.offsets.size());
        return Math.max(0, broker.end(partition) - from - settled);
    }

    /** Settles one message; false where the log is full. */
    public boolean settle(Subscription subscription, Partition partition, long offset) {
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

    /** Settles messages, given in ascending order; false where the log is full, and then none is. */
    public boolean settle(Subscription subscription, Partition partition, Collection<Long> offsets) {
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
            throw new IllegalArgumentException("offset " + offset + " was never given out: " + partition.index.next()
                    + " is next");
        }
    }

    /** Promises room for the record that is to say it: at most one for each message, and a run of its own for each. */
    private boolean promise(int messages) {
        return broker.log().promise((long) messages * Event.Settled.size(1), messages);
    }

    private Pending pending(Subscription subscription, Partition partition) {
        Pending known = subscription.pending.get(partition.id());
        if (known == null) {
            known = new Pending(subscription, partition);
            subscription.pend(partition, known);
            pending.add(known);
        }
        return known;
    }

    /** Only behind a whole command: what it was promised is for all of it. */
    private void flushIfMany() {
        if (pending.getLast().offsets.size() >= PENDING_MAX) {
            flush();
        }
    }

    /** Whether no record is due for what was settled. */
    boolean isFlushed() {
        return pending.isEmpty();
    }

    /** Makes records of what the turn has settled so far. */
    void flush() {
        if (pending.isEmpty()) {
            return;
        }
        broker.log().redeem();
        while (!pending.isEmpty()) {
            Pending one = pending.removeFirst();
            one.subscription.pendNoMore(one.partition);
            broker.write(
                    new Event.Settled(one.subscription.number(), one.partition.id(), one.offsets.runs()), false);
        }
    }

    /** Takes what is no longer kept for settled, so that the floor follows the beginning of the partition. */
    public void trim(Subscription subscription, Partition partition) {
        long floor = floor(subscription, partition);
        long begin = broker.begin(partition);
        if (floor >= begin) {
            return;
        }
        if (subscription.isTransient()) {
            subscription.place(partition).settled().settle(floor, begin - floor);
        } else {
            broker.append(new Event.Settled(subscription.number(), partition.id(), floor, begin - floor));
        }
    }

    /** Notes that a message came back, and how often it was handed out; false where the log is full. */
    public boolean returned(Subscription subscription, Partition partition, long offset, int times) {
        if (subscription.isTransient()) {
            subscription.place(partition).settled().returned(offset, times);
            return true;
        }
        return broker.append(new Event.Returned(subscription.number(), partition.id(), offset, times));
    }

    /** Settles as a record of an atomic group, for which the log has room. */
    void write(Subscription subscription, Partition partition, Collection<Long> offsets, boolean more) {
        OffsetSet set = new OffsetSet();
        offsets.forEach(set::add);
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
