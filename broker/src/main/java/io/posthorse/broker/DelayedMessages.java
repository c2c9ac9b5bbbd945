package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.util.Arrays;

/**
 * The commands on messages that become visible at a time of their own, and lists of those and of the messages in delay
 * lanes. A lane is one cursor, so no message can be removed from its middle.
 */
public final class DelayedMessages {
    private final Broker broker;
    private final TimedMessages timed;
    private final DelayLanes schedule;
    private Partition lastScheduled;

    DelayedMessages(Broker broker) {
        this.broker = broker;
        this.timed = broker.state().postponed.timed;
        this.schedule = broker.state().postponed.schedule;
    }

    /** Returns whether one more message may wait. */
    public boolean hasRoom() {
        return timed.size() < broker.settings().limits().timedMax();
    }

    /** Returns the number of waiting messages. */
    public int size() {
        return timed.size();
    }

    /**
     * Appends a message that becomes visible in the partition at a time, never before; {@link Broker#admit} must have
     * admitted it, and {@link #hasRoom} allowed it.
     *
     * @param dueMs ms since 1970
     * @return its position; while it waits, {@link #lastOffset} identifies it
     */
    public long publishAt(Partition target, Message message, long dueMs) {
        return broker.append(timed.partition(), message, RecordFormat.LINK_DUE_AT, target.id(), Math.max(0, dueMs), false);
    }

    /** Returns the offset of the last message that waits for its time. */
    public long lastOffset() {
        return broker.lastOffset(timed.partition());
    }

    /** Returns the position of the message that waits under an offset, or -1 where none does. */
    public long position(long offset) {
        return timed.isWaiting(offset) ? MessageMoves.position(timed.partition(), offset) : -1;
    }

    /**
     * Begins to read waiting messages in the order of their due times; {@link WaitingRead#end} must follow.
     *
     * @param behindMs due time, and {@code behindOffset} offset, of a message that waits or waited: the read begins behind
     *     it
     * @param beforeMs messages due at this time or later are omitted, ms since 1970
     * @param most maximum number of messages
     */
    public WaitingRead read(long behindMs, long behindOffset, long beforeMs, int most) {
        DueHeap found = timed.firstBehind(behindMs, behindOffset, beforeMs, most);
        long[] times = new long[found.size()];
        long[] offsets = new long[found.size()];
        for (int i = 0; i < offsets.length; i++) {
            times[i] = found.due(i);
            offsets[i] = found.offset(i);
        }
        return new WaitingRead(broker.log(), broker.renderer(), timed.partition(), times, offsets);
    }

    /** Cancels a waiting message. */
    public CommandOutcome cancel(long offset) {
        if (!timed.isWaiting(offset)) {
            return CommandOutcome.UNKNOWN;
        }
        return broker.settle(timed.partition(), offset) ? CommandOutcome.DONE : CommandOutcome.REFUSED;
    }

    /** Delivers a waiting message now. */
    public CommandOutcome runNow(long offset) {
        return timed.isWaiting(offset) ? broker.moves().deliver(timed.partition(), offset) : CommandOutcome.UNKNOWN;
    }

    // ---- lanes

    /**
     * Appends a message that becomes visible in the partition after the delay of the lane; {@link Broker#admit} must have
     * admitted it. Its native bytes already name that partition's topic.
     *
     * @param lane from 0; a lane beyond the last counts as the last
     */
    public long publishLater(Partition partition, Message message, int lane) {
        Partition through = schedule.lane(Math.min(lane, schedule.size() - 1));
        lastScheduled = through;
        return broker.append(through, message, RecordFormat.LINK_DUE_TO, partition.id(), 0, false);
    }

    /** Returns the delay of a lane in ms; a lane beyond the last counts as the last. */
    public long delayMs(int lane) {
        return schedule.delayMs(Math.min(lane, schedule.size() - 1));
    }

    /** Returns the offset of the last delayed message in its lane. */
    public long lastScheduledOffset() {
        return lastScheduled.index.next() - 1;
    }

    /** Returns the number of lanes, including those that are no longer configured. */
    public int lanes() {
        return schedule.lanes();
    }

    /** Returns the delay of a lane in ms, 0 for one that is no longer configured. */
    public long laneDelayMs(int lane) {
        return schedule.delayMs(lane);
    }

    /** Returns the number of messages that wait in a lane. */
    public long waitingIn(int lane) {
        PartitionIndex index = schedule.lane(lane).index;
        long first = index.ceiling(schedule.done(lane));
        long count = index.next() - first;
        // a jump skips a multiple of it, so it holds as many multiples
        for (long at = first - first % Opening.JUMP + Opening.JUMP; at < index.next(); at += Opening.JUMP) {
            count -= index.ceiling(at) == at ? 0 : Opening.JUMP;
        }
        return Math.max(0, count);
    }

    /**
     * Begins to read messages that wait in a lane, in the order of offsets and due times; {@link WaitingRead#end} must
     * follow. Each is due the lane's delay after its record's time.
     *
     * @param behindOffset offset behind which the read begins
     * @param most maximum number of messages
     */
    public WaitingRead readLane(int lane, long behindOffset, int most) {
        Partition partition = schedule.lane(lane);
        PartitionIndex index = partition.index;
        long[] offsets = new long[most];
        int count = 0;
        long at = index.ceiling(Math.max(schedule.done(lane), behindOffset + 1));
        while (count < most && at < index.next()) {
            offsets[count++] = at;
            at = index.ceiling(at + 1);
        }
        return new WaitingRead(
                broker.log(), broker.renderer(), partition, new long[count], Arrays.copyOf(offsets, count));
    }
}
