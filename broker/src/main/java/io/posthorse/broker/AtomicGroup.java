package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Messages to be published and messages to be settled that become true together: after a crash all of it has happened or
 * nothing. Kept in memory until it is committed; whoever fills it bounds it by {@link #bytes} and {@link #size}.
 */
public final class AtomicGroup {
    private final Broker broker;
    private final List<Publish> publishes = new ArrayList<>();
    private final Map<Place, TreeSet<Long>> settlements = new LinkedHashMap<>();
    private long bytes;
    private int settled;

    /**
     * A message to be published.
     *
     * @param dueMs when it becomes visible, ms since 1970; 0 at once
     */
    record Publish(Partition to, Message message, long dueMs) {}

    /** Where a subscription settles. */
    record Place(Subscription subscription, Partition partition) {}

    AtomicGroup(Broker broker) {
        this.broker = broker;
    }

    /** Adds a message; it must not change any more. */
    public void publish(Partition to, Message message) {
        publishAt(to, message, 0);
    }

    /** Adds a message that becomes visible at a time, ms since 1970; 0 at once. */
    public void publishAt(Partition to, Message message, long dueMs) {
        publishes.add(new Publish(to, message, dueMs));
        bytes += message.length() + RecordFormat.ENVELOPE;
    }

    public void settle(Subscription subscription, Partition partition, long offset) {
        if (settlements.computeIfAbsent(new Place(subscription, partition), p -> new TreeSet<>()).add(offset)) {
            settled++;
        }
    }

    /** Bytes that its messages take in the log. */
    public long bytes() {
        return bytes;
    }

    /** How many messages are to be published or settled. */
    public int size() {
        return publishes.size() + settled;
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    List<Publish> publishes() {
        return publishes;
    }

    Map<Place, TreeSet<Long>> settlements() {
        return settlements;
    }

    /** Makes it true; anything but {@link Admission#ADMITTED} and nothing has happened. */
    public Admission commit() {
        return commit(null);
    }

    /**
     * The same, with one more record of the group.
     *
     * @param last the last record of the group; null for none
     */
    Admission commit(Event last) {
        publishes.removeIf(p -> p.to.topic().isDeleted());
        settlements.keySet().removeIf(place -> place.partition.topic().isDeleted());
        Admission admission = admit(last == null ? 0 : last.size());
        if (admission != Admission.ADMITTED) {
            return admission;
        }
        // what could fail of a message fails here, not in the middle of the group
        if (publishes.size() + settlements.size() > 1) {
            publishes.replaceAll(p -> new Publish(p.to, stampable(p.message), p.dueMs));
        }
        settleTransient();
        int left = publishes.size() + settlements.size() + (last != null ? 1 : 0);
        for (Publish publish : publishes) {
            append(publish, --left > 0);
        }
        for (Map.Entry<Place, TreeSet<Long>> entry : settlements.entrySet()) {
            Place place = entry.getKey();
            broker.settlements().write(
                    place.subscription, place.partition, entry.getValue(), --left > 0);
        }
        if (last != null) {
            broker.write(last, false);
        }
        return Admission.ADMITTED;
    }

    /** A message whose format was seen to stamp it. */
    private Message stampable(Message message) {
        NativeBytes taken = NativeBytes.of(message);
        taken.stamp(broker.formats()[message.format()], broker.wallNow());
        return taken;
    }

    /** What lives in memory only is not part of the group's records. */
    void settleTransient() {
        settlements.forEach((place, offsets) -> {
            if (place.subscription.isTransient()) {
                broker.settlements().write(place.subscription, place.partition, offsets, false);
            }
        });
        settlements.keySet().removeIf(place -> place.subscription.isTransient());
    }

    private Admission admit(int lastBytes) {
        long events = lastBytes;
        for (TreeSet<Long> offsets : settlements.values()) {
            events += Event.Settled.size(offsets.size());
        }
        int records = publishes.size() + settlements.size() + (lastBytes > 0 ? 1 : 0);
        if (publishes.isEmpty()) { // who settles makes room: that must go on where the disk is full
            return broker.log().admits(events, Math.max(1, records), true) ? Admission.ADMITTED : broker.refusal();
        }
        return broker.log().admits(bytes + events, records, false) ? Admission.ADMITTED : broker.refusal();
    }

    private void append(Publish publish, boolean more) {
        if (publish.dueMs > 0) {
            broker.append(broker.state().postponed.timed.partition(), publish.message, RecordFormat.LINK_DUE_AT,
                    publish.to.id(), publish.dueMs, more);
        } else {
            broker.append(publish.to, publish.message, RecordFormat.LINK_NONE, 0, 0, more);
        }
    }
}
