package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * Moves scheduled messages to their partitions when they are due. The record of the moved message is also the record of
 * the lane's progress, so after a crash a message has been moved or not, never twice.
 */
final class Mover {
    /** Messages moved in one turn, so that a flood of due messages leaves room for clients between. */
    private static final int TURN_MAX = 512;

    private final Broker broker;
    private final Schedule schedule;
    private final Moved moved = new Moved();

    Mover(Broker broker) {
        this.broker = broker;
        this.schedule = broker.state().schedule;
    }

    /**
     * Moves what is due at the broker's time.
     *
     * @return ms until the next message is due, 0 where more is due now, -1 where none waits
     */
    long move() {
        int left = TURN_MAX;
        long next = Long.MAX_VALUE;
        for (int lane = 0; lane < schedule.lanes(); lane++) {
            long wait = dueIn(lane);
            while (wait <= 0 && left > 0) {
                if (!moveFirst(lane)) {
                    return 100; // the log is full: look again soon
                }
                left--;
                wait = dueIn(lane);
            }
            next = Math.min(next, Math.max(wait, 0));
        }
        return next == Long.MAX_VALUE ? -1 : next;
    }

    /** Position of the oldest message that still waits; {@link Long#MAX_VALUE} where none does. */
    long oldestPosition() {
        long oldest = Long.MAX_VALUE;
        for (int lane = 0; lane < schedule.lanes(); lane++) {
            PartitionIndex index = schedule.lane(lane).index;
            long offset = index.ceiling(schedule.done(lane));
            if (offset < index.next()) {
                oldest = Math.min(oldest, index.position(offset));
            }
        }
        return oldest;
    }

    private long dueIn(int lane) {
        Partition partition = schedule.lane(lane);
        PartitionIndex index = partition.index;
        long offset = index.ceiling(schedule.done(lane));
        if (offset >= index.visibleEnd(broker.log().committed())) {
            return Long.MAX_VALUE;
        }
        long written = broker.timeAt(partition, offset);
        return written < 0 ? 0 : written + schedule.delayMs(lane) - broker.now();
    }

    private boolean moveFirst(int lane) {
        Partition partition = schedule.lane(lane);
        Log log = broker.log();
        long offset = partition.index.ceiling(schedule.done(lane));
        long position = partition.index.position(offset);
        if (!log.readable(position)) {
            return broker.dropScheduled(partition.id(), offset);
        }
        ByteBuffer bytes = log.bytes(position);
        int at = log.index(position);
        Partition target = broker.state().partition(bytes.getInt(at + RecordFormat.LINK_PARTITION));
        if (target == null) {
            return broker.dropScheduled(partition.id(), offset);
        }
        moved.of(bytes, at);
        if (broker.admit(moved.length(), 1) != Admission.ADMITTED) {
            return false;
        }
        broker.append(target, moved, RecordFormat.LINK_MOVED_FROM, partition.id(), offset, false);
        return true;
    }

    /** The native bytes of a stored message, once more. */
    private static final class Moved implements Message {
        private ByteBuffer bytes;
        private int at;

        void of(ByteBuffer record, int start) {
            bytes = record;
            at = start;
        }

        @Override
        public int length() {
            return bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        }

        @Override
        public int tag() {
            return bytes.getInt(at + RecordFormat.TAG);
        }

        @Override
        public byte format() {
            return bytes.get(at + RecordFormat.FORMAT);
        }

        @Override
        public void write(ByteBuffer out) {
            int length = length();
            out.put(out.position(), bytes, at + RecordFormat.NATIVE, length);
            out.position(out.position() + length);
        }
    }
}
