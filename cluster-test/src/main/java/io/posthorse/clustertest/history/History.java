package io.posthorse.clustertest.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All events of a test, in the order of their times. */
public final class History {
    private final List<Event> events;

    /** Orders events by time; those of one time keep their order. */
    public History(Collection<? extends Event> events) {
        List<Event> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparingLong(Event::at));
        this.events = List.copyOf(sorted);
    }

    /** Returns all events. */
    public List<Event> events() {
        return events;
    }

    /** Returns the events of one kind. */
    public <E extends Event> Stream<E> all(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast);
    }
}
