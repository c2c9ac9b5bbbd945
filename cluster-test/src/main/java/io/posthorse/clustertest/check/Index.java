package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.History;
import io.posthorse.clustertest.history.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A history, by messages and by what each replica holds. */
final class Index {
    final History history;
    final Map<String, Message> messages = new LinkedHashMap<>();
    /** By replica and partition: messages by offset, several at one offset where that is wrong. */
    final NavigableMap<String, NavigableMap<Place, NavigableMap<Long, List<Stored>>>> replicas = new TreeMap<>();
    /** By replica and id. */
    final Map<String, Map<String, List<Stored>>> copies = new TreeMap<>();
    final NavigableSet<Place> places = new TreeSet<>();
    final Map<String, List<Delivered>> deliveries = new LinkedHashMap<>();
    private long end = Long.MAX_VALUE;

    Index(History history) {
        this.history = history;
        history.events().forEach(this::add);
    }

    private void add(Event event) {
        switch (event) {
            case Event.Sent sent -> messages.computeIfAbsent(sent.id(), id -> new Message(sent)).sentOnceMore();
            case Event.Acknowledged one -> message(one.id()).acknowledged.add(one);
            case Event.Refused one -> message(one.id()).refused();
            case Event.Repeated one -> message(one.id()).sentOnceMore();
            case Event.Delivered one -> deliveries.computeIfAbsent(one.id(), id -> new ArrayList<>()).add(one);
            case Event.Stored one -> {
                partition(one.replica(), one.place()).computeIfAbsent(one.offset(), o -> new ArrayList<>()).add(one);
                copies.computeIfAbsent(one.replica(), r -> new TreeMap<>())
                        .computeIfAbsent(one.id(), id -> new ArrayList<>()).add(one);
            }
            case Event.Read one -> {
                partition(one.replica(), one.place());
                copies.computeIfAbsent(one.replica(), r -> new TreeMap<>());
                end = Math.min(end, one.at());
            }
            default -> {
                // the other checks read it where they need it
            }
        }
    }

    private Message message(String id) {
        Message message = messages.get(id);
        if (message == null) {
            throw new IllegalArgumentException("the history answers a send that never began: " + id);
        }
        return message;
    }

    private NavigableMap<Long, List<Stored>> partition(String replica, Place place) {
        places.add(place);
        return replicas.computeIfAbsent(replica, r -> new TreeMap<>()).computeIfAbsent(place, p -> new TreeMap<>());
    }

    /** Returns what a replica has of a partition, by offset. */
    NavigableMap<Long, List<Stored>> held(String replica, Place place) {
        return replicas.getOrDefault(replica, new TreeMap<>()).getOrDefault(place, new TreeMap<>());
    }

    /** Returns the places on a replica where it has a message. */
    List<Stored> copies(String replica, String id) {
        return copies.getOrDefault(replica, Map.of()).getOrDefault(id, List.of());
    }

    boolean isStoredSomewhere(String id) {
        return replicas.keySet().stream().anyMatch(replica -> !copies(replica, id).isEmpty());
    }

    List<Delivered> deliveries(String id) {
        return deliveries.getOrDefault(id, List.of());
    }

    /** Returns whether a message was due before the replicas were read. */
    boolean wasDue(Message message) {
        return message.first.dueAt() < end;
    }

    /** Returns whether a replica has a message at an offset. */
    boolean isAt(String replica, Place place, long offset, String id) {
        return held(replica, place).getOrDefault(offset, List.of()).stream().anyMatch(one -> one.id().equals(id));
    }
}
