package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A durable right to read topics, with a cursor per partition. */
public final class Subscription extends StatePiece {
    static final byte KIND = 3;

    private final String name;
    private final int number;
    /** Its cursors, by partition id. */
    private final TreeMap<Integer, PartitionCursor> places = new TreeMap<>();

    /** Settlements of the present turn, by partition id; not a part of the state yet. */
    Map<Integer, Settlements.Pending> pending = Map.of();

    private SubscriptionSettings settings;
    private boolean deleted;
    /** Messages held when a connection was lost, beside the state; null where there are none. */
    LostDeliveries lost;

    Subscription(String name, int number, SubscriptionSettings settings) {
        this.name = name;
        this.number = number;
        this.settings = settings;
    }

    /** Creates a subscription that exists in memory only and is in no list. */
    public static Subscription inMemory(String name) {
        return new Subscription(name, -1, SubscriptionSettings.STANDARD);
    }

    public String name() {
        return name;
    }

    /** Returns the number in this broker's log, which no other subscription ever has. */
    int number() {
        return number;
    }

    /** Returns whether it exists in memory only: its settlements are not recorded, and it ends with the process. */
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

    /** Returns the first offset not yet settled; -1 where nothing was ever settled. */
    public long cursor(Partition partition) {
        PartitionCursor place = places.get(partition.id());
        return place == null ? -1 : place.cursor;
    }

    /** Returns the messages settled one by one in a partition; null where there never were any. */
    SettledCursor settled(Partition partition) {
        PartitionCursor place = places.get(partition.id());
        return place == null ? null : place.settled;
    }

    /** Returns the leases in a partition; null where nothing was ever lent. */
    LeaseCursor leases(Partition partition) {
        PartitionCursor place = places.get(partition.id());
        return place == null ? null : place.leases;
    }

    /** Restarts at an offset, in memory only. */
    void begin(Partition partition, long offset) {
        PartitionCursor place = place(partition);
        place.cursor = offset;
        place.settled = new SettledCursor(offset);
    }

    /** Returns its cursor in a partition, and creates it where it never read there. */
    PartitionCursor place(Partition partition) {
        PartitionCursor known = places.get(partition.id());
        if (known != null) {
            return known;
        }
        PartitionCursor made = new PartitionCursor(number, partition);
        places.put(partition.id(), made);
        if (!isTransient()) {
            partition.add(this);
        }
        return made;
    }

    /** Returns its cursor in a partition; null where it never read there. */
    PartitionCursor placeAt(int partition) {
        return places.get(partition);
    }

    /** Returns its cursors, by number of the partition in the log. */
    Collection<PartitionCursor> places() {
        return Collections.unmodifiableCollection(places.values());
    }

    /** Removes the cursor of a deleted partition. */
    void forget(int partition) {
        PartitionCursor place = places.remove(partition);
        if (lost != null) {
            lost.settled(partition, 0, Long.MAX_VALUE);
        }
        if (place != null) {
            place.go();
        }
    }

    /** Returns whether it was deleted; to be asked of a reference kept longer than a command. */
    public boolean isDeleted() {
        return deleted;
    }

    /** Notes that it was deleted. */
    void forgetAll() {
        deleted = true;
        for (PartitionCursor place : places.values()) {
            place.partition.remove(this);
            place.go();
        }
    }

    /** Takes over the cursors of a subscription without a name, which was this one. */
    void takeOver(Subscription nameless) {
        for (PartitionCursor place : nameless.places.values()) {
            place.partition.remove(nameless);
            place.partition.add(this);
        }
        places.putAll(nameless.places);
    }

    void addPending(Partition partition, Settlements.Pending settled) {
        if (pending.isEmpty()) {
            pending = new HashMap<>(4);
        }
        pending.put(partition.id(), settled);
    }

    void removePending(Partition partition) {
        pending.remove(partition.id());
        if (pending.isEmpty()) {
            pending = Map.of();
        }
    }

    /** Returns the partitions in which it has ever read, by number in the log. */
    public List<Partition> partitions() {
        return places.values().stream().map(place -> place.partition).toList();
    }

    /** Returns whether it has ever settled messages in one of the topic's partitions. */
    public boolean knows(Topic topic) {
        return topic.partitions().stream().anyMatch(partition -> cursor(partition) >= 0);
    }

    // ---- in a checkpoint

    @Override
    byte kind() {
        return KIND;
    }

    @Override
    byte[] key() {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    @Override
    boolean isGone() {
        return deleted;
    }

    @Override
    int length() {
        return FieldCodec.size(name) + FieldCodec.size(settings);
    }

    @Override
    void put(ByteBuffer out) {
        FieldCodec.put(out, name);
        FieldCodec.put(out, settings);
    }
}
