package io.posthorse.broker;

import java.util.SortedMap;
import java.util.TreeMap;

/** What people and tools want to know of a broker, and its own work does not ask. Used on the owner's thread. */
public final class Inspection {
    private final Broker broker;

    public Inspection(Broker broker) {
        this.broker = broker;
    }

    /** The topics that a subscription has ever settled something in, by name. */
    public SortedMap<String, Topic> topicsOf(Subscription subscription) {
        TreeMap<String, Topic> found = new TreeMap<>();
        subscription.partitions().forEach(partition -> found.put(partition.topic().name(), partition.topic()));
        return found;
    }

    /** What the index knows of the message at an offset, or null where there is none. */
    public IndexEntry entryAt(Partition partition, long offset) {
        if (partition.index.ceiling(offset) != offset || offset < broker.begin(partition)
                || offset >= broker.end(partition)) {
            return null;
        }
        return new IndexEntry(partition.index.position(offset), partition.index.length(offset), partition.index.tag(offset));
    }

    /** Where the log stands. */
    public LogFigures figures() {
        return LogFigures.of(broker);
    }

    /** First offset of a lane of the schedule that still waits for its time. */
    public long laneDone(int lane) {
        return broker.state().postponed.schedule.done(lane);
    }
}
