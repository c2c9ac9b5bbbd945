package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The events of a right history, to be changed in one place. */
final class Changes {
    final List<Event> events;
    final List<String> replicas;
    final Random random;

    Changes(RightHistory of, long seed) {
        events = of.events();
        replicas = of.replicas;
        random = new Random(seed);
    }

    /** Returns one of those events that fit; null where none does. */
    <E extends Event> E any(Class<E> kind, Predicate<E> fits) {
        List<E> found = all(kind, fits);
        return found.isEmpty() ? null : found.get(random.nextInt(found.size()));
    }

    <E extends Event> List<E> all(Class<E> kind, Predicate<E> fits) {
        return events.stream().filter(kind::isInstance).map(kind::cast).filter(fits).toList();
    }

    String anyReplica() {
        return replicas.get(random.nextInt(replicas.size()));
    }

    void replace(Event old, Event fresh) {
        events.set(events.indexOf(old), fresh);
    }

    void replaceAll(UnaryOperator<Event> change) {
        events.replaceAll(change);
    }

    long end() {
        return events.stream().mapToLong(Event::at).max().orElseThrow() + 1;
    }

    /** Returns the number of sends of a message. */
    long attempts(String id) {
        return all(Event.Sent.class, one -> one.id().equals(id)).size();
    }

    boolean isAcknowledged(String id) {
        return !all(Event.Acknowledged.class, one -> one.id().equals(id)).isEmpty();
    }

    /** Returns an acknowledged message that was sent once and whose offset was told, as one replica holds it. */
    Event.Stored told(String replica, Predicate<Event.Stored> fits) {
        return any(Event.Stored.class, one -> one.replica().equals(replica) && attempts(one.id()) == 1
                && !all(Event.Acknowledged.class, answer -> answer.id().equals(one.id())
                && answer.place().equals(one.place()) && answer.offset() == one.offset()).isEmpty() && fits.test(one));
    }

    List<Event.Stored> held(String replica, Place place) {
        return new ArrayList<>(all(Event.Stored.class, one -> one.replica().equals(replica) && one.place().equals(place)));
    }

    /** Takes a message from one replica or, where none is named, from all. */
    void take(String replica, Event.Stored message) {
        events.removeIf(one -> one instanceof Event.Stored stored && stored.id().equals(message.id())
                && stored.place().equals(message.place()) && stored.offset() == message.offset()
                && (replica == null || stored.replica().equals(replica)));
    }

    /** Takes all deliveries of a message away. */
    void forgetDeliveries(String id) {
        events.removeIf(one -> (one instanceof Event.Delivered delivered && delivered.id().equals(id))
                || (one instanceof Event.Returned returned && returned.id().equals(id)));
    }

    /** Adds a message at the end of a partition of all replicas. */
    void append(Place place, String id, int checksum) {
        for (String replica : replicas) {
            events.add(new Event.Stored(end(), replica, place, 10_000, id, checksum));
        }
    }

    /** Has the broker change two messages of a partition with each other: who is told so, and reads it so. */
    void exchange(Event.Stored one, Event.Stored other) {
        replaceAll(event -> switch (event) {
            case Event.Stored s when s.id().equals(one.id()) && at(s.place(), s.offset(), one) -> new Event.Stored(
                    s.at(), s.replica(), s.place(), other.offset(), s.id(), s.checksum());
            case Event.Stored s when s.id().equals(other.id()) && at(s.place(), s.offset(), other) -> new Event.Stored(
                    s.at(), s.replica(), s.place(), one.offset(), s.id(), s.checksum());
            case Event.Acknowledged a when a.id().equals(one.id()) -> new Event.Acknowledged(
                    a.at(), a.id(), a.place(), other.offset());
            case Event.Acknowledged a when a.id().equals(other.id()) -> new Event.Acknowledged(
                    a.at(), a.id(), a.place(), one.offset());
            case Event.Delivered d when at(d.place(), d.offset(), one) -> delivery(d, other.id(), other.checksum());
            case Event.Delivered d when at(d.place(), d.offset(), other) -> delivery(d, one.id(), one.checksum());
            default -> event;
        });
    }

    private static boolean at(Place place, long offset, Event.Stored stored) {
        return Objects.equals(place, stored.place()) && offset == stored.offset();
    }

    static Event.Delivered delivery(Event.Delivered d, String id, int checksum) {
        return new Event.Delivered(d.at(), d.consumer(), d.group(), d.way(), id, d.place(), d.offset(), checksum, d.times());
    }

    static Event.Delivered delivery(Event.Delivered d, long at) {
        return new Event.Delivered(at, d.consumer(), d.group(), d.way(), d.id(), d.place(), d.offset(), d.checksum(),
                d.times());
    }
}
