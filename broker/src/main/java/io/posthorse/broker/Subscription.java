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

    /** What was settled one by one, by partition id. */
    final TreeMap<Integer, SettledCursor> settled = new TreeMap<>();

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

    /** Whether it lives in memory only: what it settles is not recorded, and it is gone with the process. */
    public boolean isTransient() {
        return id < 0;
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

    /** Begins anew at an offset. */
    void begin(Partition partition, long offset) {
        cursors.put(partition.id(), offset);
        settled.put(partition.id(), new SettledCursor(offset));
    }

    /** What was settled one by one in a partition; begins where the cursor is. */
    SettledCursor settled(int partition) {
        return settled.computeIfAbsent(partition, p -> new SettledCursor(Math.max(0, cursors.getOrDefault(p, 0L))));
    }

    /** Whether it has ever settled something in one of the topic's partitions. */
    public boolean knows(Topic topic) {
        return topic.partitions().stream().anyMatch(p -> cursors.containsKey(p.id()));
    }
}
