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
    /** What it has read, by partition id. */
    private final TreeMap<Integer, PartitionCursor> places = new TreeMap<>();

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
        PartitionCursor place = places.get(partition.id());
        return place == null ? -1 : place.cursor;
    }

    /** What was settled one by one in a partition; null where nothing ever was. */
    SettledCursor settled(Partition partition) {
        PartitionCursor place = places.get(partition.id());
        return place == null ? null : place.settled;
    }

    /** What was lent in a partition; null where nothing ever was. */
    LeaseCursor leases(Partition partition) {
        PartitionCursor place = places.get(partition.id());
        return place == null ? null : place.leases;
    }

    /** Begins anew at an offset, in memory only. */
    void begin(Partition partition, long offset) {
        PartitionCursor place = place(partition);
        place.cursor = offset;
        place.settled = new SettledCursor(offset);
    }

    /** What it has read in a partition; from now on it reads there. */
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

    /** What it has read in a partition; null where it never read there. */
    PartitionCursor placeAt(int partition) {
        return places.get(partition);
    }

    /** What it has read, by number of the partition in the log. */
    Collection<PartitionCursor> places() {
        return Collections.unmodifiableCollection(places.values());
    }

    /** A partition is gone. */
    void forget(int partition) {
        PartitionCursor place = places.remove(partition);
        if (place != null) {
            place.go();
        }
    }

    /** Whether it was deleted; a reference that is kept longer than a command should ask. */
    public boolean isDeleted() {
        return deleted;
    }

    /** The subscription is gone. */
    void forgetAll() {
        deleted = true;
        for (PartitionCursor place : places.values()) {
            place.partition.remove(this);
            place.go();
        }
    }

    /** Goes on with the cursors of one whose name was not known, which was this one. */
    void takeOver(Subscription nameless) {
        for (PartitionCursor place : nameless.places.values()) {
            place.partition.remove(nameless);
            place.partition.add(this);
        }
        places.putAll(nameless.places);
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
    public List<Partition> partitions() {
        return places.values().stream().map(place -> place.partition).toList();
    }

    /** Whether it has ever settled something in one of the topic's partitions. */
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
