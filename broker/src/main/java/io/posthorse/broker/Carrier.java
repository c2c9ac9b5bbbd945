package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;

/**
 * Carries messages that still wait out of the oldest segment, so that one that is due in a year does not keep a year of
 * log. Those with a time are written again at the tail; those of a transaction that is still undecided are set aside.
 */
final class Carrier {
    private static final int TURN_MAX = 512;

    private final Broker broker;
    private final Postponed postponed;

    Carrier(Broker broker) {
        this.broker = broker;
        this.postponed = broker.state().postponed;
    }

    /** Whether nothing waits whose record lies below a position. */
    boolean isFree(long position) {
        Partition prepared = postponed.prepared.partition();
        for (int lane = 0; lane < postponed.schedule.lanes(); lane++) {
            if (first(lane) < postponed.schedule.lane(lane).index.visibleEnd(position)) {
                return false;
            }
        }
        return broker.preparedGroups().oldest() >= position
                && KeptMessages.firstBelow(broker, position) == null
                && !postponed.timed.anyBelow(postponed.timed.partition().index.visibleEnd(position))
                && postponed.prepared.oldest() >= prepared.index.visibleEnd(position);
    }

    /** Carries some of what waits below a position, in an open turn. */
    void carry(long position) {
        int left = TURN_MAX;
        if (!broker.preparedGroups().carry(position)) {
            return;
        }
        for (int lane = 0; lane < postponed.schedule.lanes(); lane++) {
            long bound = postponed.schedule.lane(lane).index.visibleEnd(position);
            while (left > 0 && first(lane) < bound) {
                left--;
                if (!carryScheduled(lane)) {
                    return;
                }
            }
        }
        Partition prepared = postponed.prepared.partition();
        long bound = prepared.index.visibleEnd(position);
        while (left > 0 && postponed.prepared.oldest() < bound) {
            left--;
            if (!broker.transactions().suspend(postponed.prepared.oldest())) {
                return;
            }
        }
        carryTimed(position, left);
    }

    private long first(int lane) {
        PartitionIndex index = postponed.schedule.lane(lane).index;
        return index.ceiling(postponed.schedule.done(lane));
    }

    private boolean carryScheduled(int lane) {
        Partition from = postponed.schedule.lane(lane);
        StoredCopy message = broker.moves().find(from, first(lane));
        long due = message == null ? 0 : message.timeMs() + postponed.schedule.delayMs(lane);
        return carry(from, first(lane), message, due);
    }

    private void carryTimed(long position, int most) {
        Partition from = postponed.timed.partition();
        for (long offset : postponed.timed.below(from.index.visibleEnd(position), most)) {
            StoredCopy message = broker.moves().find(from, offset);
            if (!carry(from, offset, message, message == null ? 0 : message.linkOffset())) {
                return;
            }
        }
    }

    private boolean carry(Partition from, long offset, StoredCopy message, long dueMs) {
        int target = message == null ? -1 : message.linkPartition();
        return broker.moves().postpone(
                        from, offset, postponed.timed.partition(), RecordFormat.LINK_DUE_AT, target, dueMs)
                != Outcome.REFUSED;
    }
}
