package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Decision;
import io.posthorse.clustertest.history.History;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Draws from a seed what the clients of a right cluster did and saw, with retries, doubts, refusals and redeliveries. */
final class RightHistory {
    static final String PLAIN = "plain";
    static final String ORDERED = "ordered";
    static final String LATER = "later";
    static final String TOGETHER = "together";
    static final String QUEUE = "queue";
    private static final int PARTITIONS = 2;

    private final Random random;
    private final List<Event> events = new ArrayList<>();
    /** Messages by partition; the index is the offset. */
    private final Map<Place, List<Event.Sent>> log = new TreeMap<>();
    private final List<Event.Sent> waiting = new ArrayList<>();
    private final Map<List<Object>, Integer> cursors = new HashMap<>();
    final List<String> replicas;
    private long now = 1_000_000_000L;
    private int sent;
    private int transactions;

    RightHistory(long seed) {
        random = new Random(seed);
        replicas = List.of("a", "b", "c").subList(0, 1 + random.nextInt(3));
        for (String topic : List.of(PLAIN, ORDERED, LATER, TOGETHER, QUEUE)) {
            for (int i = 0; i < PARTITIONS; i++) {
                log.put(new Place(topic, i), new ArrayList<>());
            }
        }
        int steps = 60 + random.nextInt(120);
        for (int step = 0; step < steps; step++) {
            step(random.nextInt(10));
        }
        settleDown();
    }

    /** Returns the events, which may be changed. */
    List<Event> events() {
        return events;
    }

    History history() {
        return new History(events);
    }

    private long tick() {
        now += 1 + random.nextInt(5_000_000);
        return now;
    }

    private void step(int kind) {
        switch (kind) {
            case 0, 1 -> send(PLAIN, "", random.nextInt(10));
            case 2, 3 -> send(ORDERED, "lane" + random.nextInt(2), random.nextInt(10));
            case 4 -> later();
            case 5 -> together(random.nextInt(5));
            case 6 -> send(QUEUE, "", random.nextInt(10));
            default -> deliver();
        }
        due();
    }

    private Event.Sent begin(String topic, String order, long wait, String transaction) {
        String id = "m" + sent++;
        long at = tick();
        Event.Sent event = new Event.Sent(at, id, new Place(topic, random.nextInt(PARTITIONS)), order, id.hashCode(),
                wait == 0 ? 0 : at + wait, transaction);
        events.add(event);
        return event;
    }

    private void send(String topic, String order, int luck) {
        Event.Sent event = begin(topic, order, 0, "");
        if (luck == 0) {
            events.add(new Event.Refused(tick(), event.id(), "busy"));
        } else if (luck == 1) {
            if (random.nextBoolean()) {
                store(event);
            }
            events.add(new Event.Doubtful(tick(), event.id(), "timeout"));
            if (random.nextBoolean()) { // the application tries again
                events.add(new Event.Sent(tick(), event.id(), event.place(), order, event.checksum(), 0, ""));
                acknowledge(event, store(event));
            }
        } else {
            acknowledge(event, store(event));
        }
    }

    private long store(Event.Sent event) {
        log.get(event.place()).add(event);
        return log.get(event.place()).size() - 1L;
    }

    private void acknowledge(Event.Sent event, long offset) {
        boolean told = !event.place().topic().equals(QUEUE);
        events.add(new Event.Acknowledged(tick(), event.id(), told ? event.place() : Place.somewhereIn(QUEUE),
                told ? offset : Event.NO_OFFSET));
    }

    private void later() {
        Event.Sent event = begin(LATER, "", 20_000_000L + random.nextInt(50_000_000), "");
        events.add(new Event.Acknowledged(tick(), event.id(), event.place(), Event.NO_OFFSET));
        waiting.add(event);
    }

    private void due() {
        waiting.sort(Comparator.comparingLong(Event.Sent::dueAt));
        while (!waiting.isEmpty() && waiting.getFirst().dueAt() < now) {
            store(waiting.removeFirst());
        }
    }

    private void together(int end) {
        String transaction = "t" + transactions++;
        List<Event.Sent> all = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i >= 0; i--) {
            Event.Sent event = begin(TOGETHER, "", 0, transaction);
            all.add(event);
            events.add(new Event.Acknowledged(tick(), event.id(), event.place(), Event.NO_OFFSET));
        }
        if (end < 3) {
            events.add(new Event.Decided(tick(), transaction, Decision.COMMIT_ASKED));
            if (end < 2 || random.nextBoolean()) {
                all.forEach(this::store);
            }
            if (end < 2) {
                events.add(new Event.Decided(tick(), transaction, Decision.COMMITTED));
            }
        } else if (end == 3) {
            events.add(new Event.Decided(tick(), transaction, Decision.ROLLBACK_ASKED));
        }
    }

    private void deliver() {
        List<Place> places = List.copyOf(log.keySet());
        Place place = places.get(random.nextInt(places.size()));
        for (Way way : ways(place.topic())) {
            deliver(place, way, random.nextInt(4));
        }
    }

    static List<Way> ways(String topic) {
        return switch (topic) {
            case ORDERED -> List.of(Way.PULL, Way.ORDERLY);
            case QUEUE -> List.of(Way.JMS);
            case PLAIN -> List.of(Way.POP, Way.PUSH);
            default -> List.of(Way.PUSH);
        };
    }

    private void deliver(Place place, Way way, int luck) {
        String group = "by-" + way;
        List<Object> cursor = List.of(group, place);
        int next = cursors.getOrDefault(cursor, 0);
        if (next >= log.get(place).size()) {
            return;
        }
        Event.Sent event = log.get(place).get(next);
        delivered(event, way, group, next, 0);
        if (luck == 0 && way == Way.PUSH) {
            events.add(new Event.Returned(tick(), group, event.id()));
            delivered(event, way, group, Event.NO_OFFSET, 1);
        } else if (luck == 0) {
            delivered(event, way, group, next, 1); // a connection was lost before it was settled
        }
        cursors.put(cursor, next + 1);
        if (way == Way.PULL) {
            events.add(new Event.Committed(tick(), group, place, next + 1));
            events.add(new Event.Resumed(tick(), group, place, next + 1));
        } else if (way == Way.POP || way == Way.JMS) {
            events.add(new Event.Settled(tick(), group, event.id(), told(place, way), told(next, way)));
        }
    }

    private void delivered(Event.Sent event, Way way, String group, long offset, int times) {
        Place place = offset == Event.NO_OFFSET ? Place.somewhereIn(event.place().topic()) : told(event.place(), way);
        events.add(new Event.Delivered(tick(), group + "-1", group, way, event.id(), place, told(offset, way),
                event.checksum(), times));
    }

    private static Place told(Place place, Way way) {
        return way == Way.JMS ? Place.somewhereIn(place.topic()) : place;
    }

    private static long told(long offset, Way way) {
        return way == Way.JMS ? Event.NO_OFFSET : offset;
    }

    private void settleDown() {
        now += 100_000_000;
        due();
        log.forEach((place, messages) -> ways(place.topic()).forEach(way -> messages.forEach(one -> 
                deliver(place, way, 1))));
        log.keySet().forEach(place -> ways(place.topic()).forEach(
                way -> events.add(new Event.Drained(tick(), "by-" + way, place.topic()))));
        for (String replica : replicas) {
            log.forEach((place, messages) -> {
                for (int i = 0; i < messages.size(); i++) {
                    events.add(new Event.Stored(tick(), replica, place, i, messages.get(i).id(),
                            messages.get(i).checksum()));
                }
                events.add(new Event.Read(tick(), replica, place, 0, messages.size()));
            });
        }
    }
}
