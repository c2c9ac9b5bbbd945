package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A group of messages to publish and messages to settle that become true together: after a crash the whole group has
 * happened or nothing. It stays in memory until it is committed; its creator limits it by {@link #bytes} and {@link #size}.
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
     * @param dueMs time at which it becomes visible, ms since 1970; 0 at once
     */
    record Publish(Partition to, Message message, long dueMs) {}

    /** A partition in which a subscription settles. */
    record Place(Subscription subscription, Partition partition) {}

    AtomicGroup(Broker broker) {
        this.broker = broker;
    }

    /** Adds a message, which must no longer change. */
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

    /** Returns the bytes that its messages take in the log. */
    public long bytes() {
        return bytes;
    }

    /** Returns the number of messages to publish or settle. */
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

    /** Commits the group. Unless the result is {@link Admission#ADMITTED}, nothing has happened. */
    public Admission commit() {
        return commit(null);
    }

    /**
     * Commits the group with one more record.
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
        // a message that cannot be stamped fails here, not in the middle of the group
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

    /** Returns a copy of a message, stamped once by its format as a test. */
    private Message stampable(Message message) {
        NativeBytes taken = NativeBytes.of(message);
        taken.stamp(broker.formats()[message.format()], broker.wallNow());
        return taken;
    }

    /** Settles what exists in memory only and has no record in the group. */
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
        if (publishes.isEmpty()) { // settling makes room, so it must continue on a full disk
            return broker.appender().admits(events, Math.max(1, records), true) ? Admission.ADMITTED : broker.refusal();
        }
        return broker.appender().admits(bytes + events, records, false) ? Admission.ADMITTED : broker.refusal();
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
