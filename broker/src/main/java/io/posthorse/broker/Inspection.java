package io.posthorse.broker;

import java.util.SortedMap;
import java.util.TreeMap;

/** The data of a broker for people and tools, which its own work does not need. Used on the owner's thread. */
public final class Inspection {
    private final Broker broker;

    public Inspection(Broker broker) {
        this.broker = broker;
    }

    /** Returns the topics in which a subscription has ever settled messages, by name. */
    public SortedMap<String, Topic> topicsOf(Subscription subscription) {
        TreeMap<String, Topic> found = new TreeMap<>();
        subscription.partitions().forEach(partition -> found.put(partition.topic().name(), partition.topic()));
        return found;
    }

    /** Returns the index entry of the message at an offset, or null where there is none. */
    public IndexEntry entryAt(Partition partition, long offset) {
        if (partition.index.ceiling(offset) != offset || offset < broker.begin(partition)
                || offset >= broker.end(partition)) {
            return null;
        }
        return new IndexEntry(partition.index.position(offset), partition.index.length(offset), partition.index.tag(offset));
    }

    /** Returns the figures of the log. */
    public LogFigures figures() {
        return LogFigures.of(broker);
    }

    /** Returns the first offset of a delay lane that still waits for its time. */
    public long laneDone(int lane) {
        return broker.state().postponed.schedule.done(lane);
    }
}
