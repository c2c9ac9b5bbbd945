package io.posthorse.broker;

import io.posthorse.log.PartitionIndex;
import io.posthorse.log.RecordFormat;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pass over all messages that somebody still waits for, in bounded steps: it sums up their bytes in each segment, and
 * reports those of some segments one by one, to be carried. Messages settled during the pass may still count; a message
 * that becomes awaited again makes its result invalid, see {@link State#revivals}.
 */
final class LivePass {
    private final Broker broker;
    /** First positions of segments whose messages are to be carried. */
    private final Set<Long> carried;

    private final Map<Long, Live> bySegment = new HashMap<>();
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    /** Name of the last topic taken. */
    private String topic = "";

    private boolean begun;
    private final long revivals;

    /** The live bytes of a segment, and an example of who waits for them. */
    static final class Live {
        long bytes;
        Waiting waiting;
    }

    /** A subscription that has not settled all messages kept for it in a topic. */
    record Waiting(Subscription subscription, Topic topic) {}

    /** A receiver of messages to be carried. */
    interface Found {
        /** Takes a message; returns false where it has no room now. */
        boolean takes(Partition partition, long offset, long position);
    }

    private static final class Task {
        final Partition partition;
        final LiveOffsets live;
        final Waiting waiting;
        long at;

        Task(Partition partition, LiveOffsets live, Waiting waiting) {
            this.partition = partition;
            this.live = live;
            this.waiting = waiting;
        }
    }

    LivePass(Broker broker, Set<Long> carried) {
        this.broker = broker;
        this.carried = Set.copyOf(carried);
        this.revivals = broker.state().revivals();
    }

    /** Returns whether the result still holds: no message has become awaited again since. */
    boolean isValid() {
        return revivals == broker.state().revivals();
    }

    /** Returns the live bytes of a segment; null where there are none. */
    Live in(long base) {
        return bySegment.get(base);
    }

    /**
     * Continues, with about the given number of index lookups.
     *
     * @return whether the pass has ended
     */
    boolean step(int looks, Found found) {
        if (!begun) {
            begun = true;
            addWaiting();
            broker.preparedGroups().positions().values().forEach(position -> count(position, RecordFormat.PAYLOAD, null));
        }
        int left = looks;
        while (left > 0) {
            Task task = tasks.peek();
            if (task == null) {
                if (!addTopics()) {
                    return true;
                }
                left--;
            } else {
                int used = walk(task, left, found);
                if (used < 0) {
                    return false;
                }
                left -= Math.max(1, used);
            }
        }
        return false;
    }

    private void addWaiting() {
        PostponedMessages postponed = broker.state().postponed;
        for (int lane = 0; lane < postponed.schedule.lanes(); lane++) {
            tasks.add(new Task(postponed.schedule.lane(lane), LiveOffsets.ofLane(postponed.schedule, lane), null));
        }
        tasks.add(new Task(postponed.timed.partition(), LiveOffsets.ofTimed(postponed.timed), null));
        tasks.add(new Task(postponed.prepared.partition(), LiveOffsets.ofPrepared(postponed.prepared), null));
    }

    /** Takes the next topic; returns false where there is none. */
    private boolean addTopics() {
        Map.Entry<String, Topic> next = broker.state().topics.higherEntry(topic);
        if (next == null) {
            return false;
        }
        topic = next.getKey();
        for (Partition partition : next.getValue().partitions()) {
            List<Subscription> readers = partition.readers().filter(Subscription::settlesOneByOne).toList();
            if (!readers.isEmpty()) {
                tasks.add(new Task(partition, LiveOffsets.ofReaders(broker.settlements(), partition, readers),
                        new Waiting(readers.getFirst(), next.getValue())));
            }
        }
        return true;
    }

    /** Examines messages of one partition; returns the number of lookups, -1 where the receiver has no room now. */
    private int walk(Task task, int most, Found found) {
        PartitionIndex index = task.partition.index;
        int looks = 0;
        while (looks < most && !task.partition.topic().isDeleted()) {
            looks += task.live.cost();
            long live = task.live.next(task.at);
            long there = live >= index.next() ? index.next() : index.ceiling(live);
            if (there >= index.next()) {
                tasks.remove();
                return looks;
            }
            task.at = there;
            if (there > live) {
                continue; // it is gone; the next one may be settled
            }
            long position = index.position(there);
            long base = broker.log().segmentOf(position);
            if (base < 0) {
                task.at = there + 1;
            } else if (carried.contains(base)) {
                if (!found.takes(task.partition, there, position)) {
                    return -1;
                }
                task.at = there + 1;
            } else {
                task.at = count(task, there, base);
            }
        }
        if (task.partition.topic().isDeleted()) {
            tasks.remove();
        }
        return looks;
    }

    /** Counts a run of messages in the same segment without a gap, and returns the offset behind it. */
    private long count(Task task, long first, long base) {
        PartitionIndex index = task.partition.index;
        long end = Math.min(task.live.end(first), index.stretchEnd(first, broker.log().segmentEnd(base)));
        long last = end - 1;
        long each = ((long) index.length(first) + index.length(last)) / 2 + RecordFormat.NATIVE;
        count(index.position(first), each * (end - first), task.waiting);
        return end;
    }

    private void count(long position, long bytes, Waiting waiting) {
        Live live = bySegment.computeIfAbsent(broker.log().segmentOf(position), base -> new Live());
        live.bytes += bytes;
        live.waiting = waiting == null ? live.waiting : waiting;
    }
}
