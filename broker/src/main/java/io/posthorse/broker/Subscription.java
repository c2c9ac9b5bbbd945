package io.posthorse.broker;

import java.util.TreeMap;

/** A durable right to read topics, with a cursor per partition. */
public final class Subscription {
    private final String name;
    private final int id;
    /** Cursor by partition id. */
    final TreeMap<Integer, Long> cursors = new TreeMap<>();

    /** What was lent, by partition id. */
    final TreeMap<Integer, LeaseCursor> leases = new TreeMap<>();

    private SubscriptionSettings settings;

    Subscription(String name, int id, SubscriptionSettings settings) {
        this.name = name;
        this.id = id;
        this.settings = settings;
    }

    public String name() {
        return name;
    }

    int id() {
        return id;
    }

    public SubscriptionSettings settings() {
        return settings;
    }

    void settings(SubscriptionSettings changed) {
        settings = changed;
    }

    /** First offset not yet settled; -1 where nothing was ever settled. */
    public long cursor(Partition partition) {
        Long cursor = cursors.get(partition.id());
        return cursor == null ? -1 : cursor;
    }

    /** Whether it has ever settled something in one of the topic's partitions. */
    public boolean knows(Topic topic) {
        return topic.partitions().stream().anyMatch(p -> cursors.containsKey(p.id()));
    }
}
