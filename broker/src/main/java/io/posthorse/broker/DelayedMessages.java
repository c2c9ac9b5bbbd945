package io.posthorse.broker;

import io.posthorse.log.RecordFormat;

/** Commands on messages that become visible at a time of their own. */
public final class DelayedMessages {
    private final Broker broker;
    private final Timed timed;

    DelayedMessages(Broker broker) {
        this.broker = broker;
        this.timed = broker.state().postponed.timed;
    }

    /** Whether one more may wait. */
    public boolean hasRoom() {
        return timed.size() < broker.settings().limits().timedMax();
    }

    /** How many wait. */
    public int size() {
        return timed.size();
    }

    /**
     * Appends a message that becomes visible in the partition at a time, never before; {@link Broker#admit} must have
     * admitted it, and {@link #hasRoom} allowed it.
     *
     * @param dueMs ms since 1970
     * @return its position; while it waits it is known by {@link #lastOffset}
     */
    public long publishAt(Partition target, Message message, long dueMs) {
        return broker.append(timed.partition(), message, RecordFormat.LINK_DUE_AT, target.id(), dueMs, false);
    }

    /** Where the last message for later waits. */
    public long lastOffset() {
        return broker.lastOffset(timed.partition());
    }

    /** Position of the message that waits under an offset, or -1 where none does. */
    public long position(long offset) {
        return timed.isWaiting(offset) ? Moves.position(timed.partition(), offset) : -1;
    }

    /**
     * Begins to read messages that wait, the one that is due first first; {@link WaitingRead#end} must follow.
     *
     * @param behindMs time and {@code behindOffset} offset of a message that waits or waited: those behind it are read
     * @param beforeMs messages that are due at this time or later are left out, ms since 1970
     * @param most how many at most
     */
    public WaitingRead read(long behindMs, long behindOffset, long beforeMs, int most) {
        DueHeap found = timed.firstBehind(behindMs, behindOffset, beforeMs, most);
        long[] times = new long[found.size()];
        long[] offsets = new long[found.size()];
        for (int i = 0; i < offsets.length; i++) {
            times[i] = found.due(i);
            offsets[i] = found.offset(i);
        }
        return new WaitingRead(broker.log(), broker.rendering(), timed.partition(), times, offsets);
    }

    /** Takes back a message that waits. */
    public Outcome cancel(long offset) {
        if (!timed.isWaiting(offset)) {
            return Outcome.UNKNOWN;
        }
        return broker.settle(timed.partition(), offset) ? Outcome.DONE : Outcome.REFUSED;
    }

    /** Has a message that waits delivered now. */
    public Outcome runNow(long offset) {
        return timed.isWaiting(offset) ? broker.moves().deliver(timed.partition(), offset) : Outcome.UNKNOWN;
    }
}
