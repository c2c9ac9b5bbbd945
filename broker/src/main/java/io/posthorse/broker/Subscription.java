package io.posthorse.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A durable right to read topics, with a cursor per partition. */
public final class Subscription {
    private final String name;
    private final int number;
    /** Cursor by partition id. */
    final TreeMap<Integer, Long> cursors = new TreeMap<>();

    /** What was lent, by partition id. */
    final TreeMap<Integer, LeaseCursor> leases = new TreeMap<>();

    /** What was settled one by one, by partition id. */
    final TreeMap<Integer, SettledCursor> settled = new TreeMap<>();

    /** The partitions of which it knows anything, by id. */
    private final Map<Integer, Partition> partitions = new TreeMap<>();

    /** What the turn under way has settled, by partition id; not a part of the state yet. */
    Map<Integer, Settlements.Pending> pending = Map.of();

    private SubscriptionSettings settings;
    private boolean deleted;

    Subscription(String name, int number, SubscriptionSettings settings) {
        this.name = name;
        this.number = number;
        this.settings = settings;
    }

    /** A subscription in memory only, which no other one knows of. */
    public static Subscription inMemory(String name) {
        return new Subscription(name, -1, SubscriptionSettings.STANDARD);
    }

    public String name() {
        return name;
    }

    /** Number in this broker's log, never used for another subscription. */
    int number() {
        return number;
    }

    /** Whether it lives in memory only: what it settles is not recorded, and it is gone with the process. */
    public boolean isTransient() {
        return number < 0;
    }

    public SubscriptionSettings settings() {
        return settings;
    }

    void settings(SubscriptionSettings changed) {
        settings = changed;
    }

    boolean settlesOneByOne() {
        return settings.settlesOneByOne();
    }

    /** First offset not yet settled; -1 where nothing was ever settled. */
    public long cursor(Partition partition) {
        Long cursor = cursors.get(partition.id());
        return cursor == null ? -1 : cursor;
    }

    /** Begins anew at an offset, in memory only. */
    void begin(Partition partition, long offset) {
        cursors.put(partition.id(), offset);
        settled.put(partition.id(), new SettledCursor(offset));
    }

    /** Begins with the first message of a partition, where it has not begun there. */
    void begin(Partition partition) {
        if (!cursors.containsKey(partition.id())) {
            follow(partition, 0);
        }
    }

    /** Moves the cursor; what was lent or settled is forgotten unless it begins there. */
    void move(Partition partition, long offset) {
        follow(partition, offset);
        LeaseCursor lent = leases.get(partition.id());
        if (lent != null && lent.floor() != offset) {
            lent.reset(offset);
        }
        SettledCursor one = settled.get(partition.id());
        if (one != null && one.floor() != offset) {
            one.reset(offset);
        }
    }

    /** Notes where the cursor is. */
    void follow(Partition partition, long offset) {
        cursors.put(partition.id(), offset);
        know(partition);
    }

    private void know(Partition partition) {
        if (!isTransient() && partitions.put(partition.id(), partition) == null) {
            partition.add(this);
        }
    }

    /** A partition is gone. */
    void forget(int partition) {
        cursors.remove(partition);
        leases.remove(partition);
        settled.remove(partition);
        partitions.remove(partition);
    }

    /** Whether it was deleted; a reference that is kept longer than a command should ask. */
    public boolean isDeleted() {
        return deleted;
    }

    /** The subscription is gone. */
    void forgetAll() {
        deleted = true;
        partitions.values().forEach(partition -> partition.remove(this));
    }

    /** Goes on with the cursors of one whose name was not known, which was this one. */
    void takeOver(Subscription nameless) {
        nameless.forgetAll();
        cursors.putAll(nameless.cursors);
        leases.putAll(nameless.leases);
        settled.putAll(nameless.settled);
        partitions.putAll(nameless.partitions);
        partitions.values().forEach(partition -> partition.add(this));
    }

    /** What was settled one by one in a partition; begins where the cursor is. */
    SettledCursor settled(Partition partition) {
        know(partition);
        return settled.computeIfAbsent(partition.id(), p -> new SettledCursor(Math.max(0, cursors.getOrDefault(p, 0L))));
    }

    /** Goes on with what was settled in a partition, as a checkpoint says. */
    void restore(Partition partition, SettledCursor cursor) {
        know(partition);
        settled.put(partition.id(), cursor);
    }

    /** Goes on with what was lent in a partition, as a checkpoint says. */
    void restore(Partition partition, LeaseCursor cursor) {
        know(partition);
        leases.put(partition.id(), cursor);
    }

    /** What was lent in a partition; begins where the cursor is. */
    LeaseCursor leases(Partition partition) {
        know(partition);
        return leases.computeIfAbsent(partition.id(), p -> new LeaseCursor(Math.max(0, cursors.getOrDefault(p, 0L))));
    }

    void pend(Partition partition, Settlements.Pending settled) {
        if (pending.isEmpty()) {
            pending = new HashMap<>(4);
        }
        pending.put(partition.id(), settled);
    }

    void pendNoMore(Partition partition) {
        pending.remove(partition.id());
        if (pending.isEmpty()) {
            pending = Map.of();
        }
    }

    /** The partitions in which it has ever read something, by number in the log. */
    List<Partition> partitions() {
        return List.copyOf(partitions.values());
    }

    /** Whether it has ever settled something in one of the topic's partitions. */
    public boolean knows(Topic topic) {
        return topic.partitions().stream().anyMatch(p -> cursors.containsKey(p.id()));
    }
}
