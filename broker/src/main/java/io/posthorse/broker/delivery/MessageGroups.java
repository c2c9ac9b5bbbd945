package io.posthorse.broker.delivery;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The assignment of message groups to consumers. Bounded: the group unused for longest is forgotten, and assigned anew. */
final class MessageGroups {
    private static final int GROUPS_MAX = 65_536;

    private final Feed feed;
    private Map<String, Pin> pins = Map.of();

    /** The owner of a group, and the views of other consumers that have found messages of it. */
    private static final class Pin {
        final Consumer owner;
        Set<View> parked = Set.of();

        Pin(Consumer owner) {
            this.owner = owner;
        }
    }

    MessageGroups(Feed feed) {
        this.feed = feed;
    }

    /** Returns the owner of the group; null where there is none. */
    Consumer owner(String group) {
        Pin pin = pins.get(group);
        return pin == null ? null : pin.owner;
    }

    /** Notes that a view has messages of a group whose owner is in another view, so that its release wakes the view. */
    void park(String group, View view) {
        Pin pin = pins.get(group);
        if (pin.parked.isEmpty()) {
            pin.parked = new HashSet<>();
        }
        pin.parked.add(view);
    }

    void unpark(String group, View view) {
        Pin pin = pins.get(group);
        if (pin != null && !pin.parked.isEmpty()) {
            pin.parked.remove(view);
        }
    }

    /** Assigns the group, if it has no owner, to the consumer of a message; returns whether it is the first one. */
    boolean pin(String group, Consumer consumer, boolean closes) {
        boolean first = owner(group) == null;
        if (closes) {
            release(group);
        } else if (first) {
            pins = pins.isEmpty() ? new LinkedHashMap<>(16, 0.75f, true) : pins;
            pins.put(group, new Pin(consumer));
            consumer.groups = consumer.groups == null ? new LinkedHashSet<>() : consumer.groups;
            consumer.groups.add(group);
            if (pins.size() > GROUPS_MAX) {
                release(pins.keySet().iterator().next());
            }
        }
        return first;
    }

    private void release(String group) {
        Pin pin = pins.isEmpty() ? null : pins.remove(group);
        if (pin == null) {
            return;
        }
        pin.owner.groups.remove(group);
        released(pin.owner.view, group);
        pin.parked.forEach(view -> released(view, group));
    }

    private void released(View view, String group) {
        view.window().released(group);
        feed.due(view);
    }

    void remove(Consumer consumer) {
        if (consumer.groups != null) {
            List.copyOf(consumer.groups).forEach(this::release);
        }
    }
}
