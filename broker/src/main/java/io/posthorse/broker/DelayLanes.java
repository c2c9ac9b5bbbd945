package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The delay lanes: messages that become visible after one fixed delay per lane. A lane is a partition, so its messages fall
 * due in the order in which they came, and one cursor records the progress.
 */
final class DelayLanes {
    private final List<Long> delaysMs;
    private final List<Partition> lanes = new ArrayList<>();
    private final List<Long> done = new ArrayList<>();

    DelayLanes(List<Long> delaysMs) {
        this.delaysMs = delaysMs;
    }

    void addLane(Partition partition) {
        lanes.add(partition);
        done.add(0L);
    }

    /** Returns the number of lanes that take messages. */
    int size() {
        return Math.min(lanes.size(), delaysMs.size());
    }

    Partition lane(int number) {
        return lanes.get(number);
    }

    /** Returns the lane number of a partition, or -1. */
    int number(int partition) {
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).id() == partition) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the delay of a lane in ms; a lane that is no longer configured drains at once. */
    long delayMs(int number) {
        return number < delaysMs.size() ? delaysMs.get(number) : 0;
    }

    int lanes() {
        return lanes.size();
    }

    /** Returns the first offset of the lane that is not moved yet. */
    long done(int number) {
        return done.get(number);
    }

    void settle(int partition, long offset) {
        int number = number(partition);
        if (number >= 0) {
            done.set(number, Math.max(done.get(number), offset + 1));
        }
    }

    int snapshotSize() {
        return 4 + lanes.size() * 8;
    }

    void snapshot(ByteBuffer out) {
        out.putInt(lanes.size());
        done.forEach(out::putLong);
    }

    void restore(ByteBuffer in) {
        int count = FieldCodec.count(in, 8);
        FieldCodec.require(count <= lanes.size(), "%d delay lanes, but their topic has %d", count, lanes.size());
        for (int i = 0; i < count; i++) {
            done.set(i, in.getLong());
        }
    }
}
