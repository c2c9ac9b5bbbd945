package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.List;

/** All messages that wait in the broker before they become visible, in the state. */
final class PostponedMessages {
    final DelayLanes schedule;
    final TimedMessages timed;
    final PreparedMessages prepared;

    private final InternalTopics names;

    PostponedMessages(InternalTopics names, List<Long> lanesMs, StateChanges changes) {
        this.names = names;
        this.schedule = new DelayLanes(lanesMs);
        this.timed = new TimedMessages(changes);
        this.prepared = new PreparedMessages(changes);
    }

    /** Adds a new partition of an internal topic. */
    void add(Partition partition) {
        String topic = partition.topic().name();
        if (topic.equals(names.schedule())) {
            schedule.addLane(partition);
        } else if (topic.equals(names.timed())) {
            timed.partition(partition);
        } else if (topic.equals(names.prepared())) {
            prepared.partition(partition);
        } else if (topic.equals(names.suspended())) {
            prepared.suspendedPartition(partition);
        }
    }

    /** Returns whether a partition is a delay lane. */
    boolean isLane(Partition partition) {
        return schedule.number(partition.id()) >= 0;
    }

    /** Notes an appended message. */
    void apply(Partition partition, long offset, byte link, int linkPartition, long linkOffset) {
        switch (link) {
            case RecordFormat.LINK_DUE_AT -> timed.add(offset, linkOffset);
            case RecordFormat.LINK_PREPARED -> prepared.add(offset, linkOffset);
            case RecordFormat.LINK_MOVED_FROM -> {
                settle(linkPartition, linkOffset);
                if (partition == prepared.suspendedPartition()) {
                    prepared.suspend(offset);
                }
            }
            default -> { }
        }
    }

    /** Notes that the message at an offset no longer waits. */
    void settle(int partition, long offset) {
        if (is(timed.partition(), partition)) {
            timed.settle(offset);
        } else if (is(prepared.partition(), partition)) {
            prepared.settle(offset);
        } else if (is(prepared.suspendedPartition(), partition)) {
            prepared.settleSuspended(offset);
        } else {
            schedule.settle(partition, offset);
        }
    }

    private static boolean is(Partition partition, int id) {
        return partition != null && partition.id() == id;
    }

    int snapshotSize() {
        return schedule.snapshotSize() + timed.snapshotSize() + prepared.snapshotSize();
    }

    void snapshot(ByteBuffer out) {
        schedule.snapshot(out);
        timed.snapshot(out);
        prepared.snapshot(out);
    }

    /** Reads a checkpoint of an earlier release. */
    void restore(ByteBuffer in) {
        schedule.restore(in);
        if (in.hasRemaining()) { // the oldest checkpoints hold delay lanes only and end here
            timed.restore(in);
            prepared.restore(in);
        }
    }
}
