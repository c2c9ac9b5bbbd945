package io.posthorse.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Commands of subscriptions whose messages are settled one by one. Who is handed what is not recorded, so handing out
 * costs no write; that a message was settled, or came back, is. What nobody settled is handed out again after a restart.
 */
public final class Settlements {
    private final Broker broker;

    Settlements(Broker broker) {
        this.broker = broker;
    }

    /** A run of settled offsets. */
    record Run(long first, long count) {}

    /** Where a subscription that never read a partition begins; does nothing where it has. */
    public boolean begin(Subscription subscription, Partition partition, long offset) {
        return subscription.cursor(partition) >= 0 || broker.commit(subscription, partition, offset);
    }

    /** Everything below this offset is settled. */
    public long floor(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        return cursor != null ? cursor.floor() : Math.max(0, subscription.cursor(partition));
    }

    public boolean isSettled(Subscription subscription, Partition partition, long offset) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        return cursor != null ? cursor.isSettled(offset) : offset < floor(subscription, partition);
    }

    /** First offset from there on that is not settled. */
    public long nextUnsettled(Subscription subscription, Partition partition, long from) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        return cursor != null ? cursor.nextUnsettled(from) : Math.max(from, floor(subscription, partition));
    }

    /** How often a message was handed out that came back; 0 where it never did. */
    public int deliveries(Subscription subscription, Partition partition, long offset) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        return cursor == null ? 0 : cursor.deliveries(offset);
    }

    /** Changes whenever the subscription began anew at another offset, so that nothing that is held counts any more. */
    public int resets(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        return cursor == null ? 0 : cursor.resets();
    }

    /** Messages that are kept and not settled. */
    public long waiting(Subscription subscription, Partition partition) {
        SettledCursor cursor = subscription.settled.get(partition.id());
        long from = Math.max(floor(subscription, partition), broker.begin(partition));
        return Math.max(0, broker.end(partition) - from - (cursor == null ? 0 : cursor.settledAbove()));
    }

    /** Settles one message; false where the log is full. */
    public boolean settle(Subscription subscription, Partition partition, long offset) {
        return settle(subscription, partition, List.of(offset));
    }

    /** Settles messages, given in ascending order; false where the log is full, and then none is. */
    public boolean settle(Subscription subscription, Partition partition, Collection<Long> offsets) {
        List<Run> runs = runs(offsets);
        if (!subscription.isTransient() && !broker.log().admits(Events.settledRunsSize(runs.size()), 1, true)) {
            return false;
        }
        write(subscription, partition, runs, false);
        return true;
    }

    /** Takes what is no longer kept for settled, so that the floor follows the beginning of the partition. */
    public void trim(Subscription subscription, Partition partition) {
        long floor = floor(subscription, partition);
        long begin = broker.begin(partition);
        if (floor < begin && (subscription.isTransient() || broker.log().admits(Events.settledRunsSize(1), 1, true))) {
            write(subscription, partition, List.of(new Run(floor, begin - floor)), false);
        }
    }

    /** Notes that a message came back, and how often it was handed out; false where the log is full. */
    public boolean returned(Subscription subscription, Partition partition, long offset, int times) {
        if (subscription.isTransient()) {
            subscription.settled(partition.id()).returned(offset, times);
            return true;
        }
        boolean appended = broker.append(Events.RETURNED, 20, out -> out.putInt(subscription.id())
                .putInt(partition.id()).putLong(offset).putInt(times));
        if (appended) {
            broker.state().applyReturned(subscription.id(), partition.id(), offset, times);
        }
        return appended;
    }

    void write(Subscription subscription, Partition partition, List<Run> runs, boolean more) {
        if (subscription.isTransient()) {
            runs.forEach(run -> subscription.settled(partition.id()).settle(run.first, run.count));
            return;
        }
        broker.write(Events.SETTLED_RUNS, Events.settledRunsSize(runs.size()), more, out -> {
            out.putInt(subscription.id()).putInt(partition.id()).putInt(runs.size());
            runs.forEach(run -> out.putLong(run.first).putLong(run.count));
        });
        runs.forEach(run ->
                broker.state().applySettledRun(subscription.id(), partition.id(), run.first, run.count));
    }

    /** Offsets in ascending order as runs without a gap. */
    static List<Run> runs(Collection<Long> offsets) {
        List<Run> runs = new ArrayList<>();
        long first = -1;
        long behind = -1;
        for (long offset : offsets) {
            if (offset != behind) {
                if (first >= 0) {
                    runs.add(new Run(first, behind - first));
                }
                first = offset;
            }
            behind = offset + 1;
        }
        if (first >= 0) {
            runs.add(new Run(first, behind - first));
        }
        return runs;
    }
}
