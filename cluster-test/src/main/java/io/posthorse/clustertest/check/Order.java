package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event.Acknowledged;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.Place;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Messages of one place and order are stored in the order of their sends, and come to a group in that of their offsets. */
final class Order {
    private final Index index;
    private final List<Finding> findings;

    /** Messages of one order in one place, for one group where it is about deliveries. */
    private record Lane(String group, Place place, String order) {
    }

    Order(Index index, List<Finding> findings) {
        this.index = index;
        this.findings = findings;
    }

    void check() {
        for (Place place : index.places) {
            stored(place);
        }
        delivered();
    }

    /** What was acknowledged before another send began has the lower offset. */
    private void stored(Place place) {
        Map<Lane, Message> latest = new HashMap<>();
        for (List<Stored> atOffset : index.held(index.replicas.firstKey(), place).values()) {
            Stored stored = atOffset.getFirst();
            Message message = index.messages.get(stored.id());
            if (message == null || message.first.order().isEmpty() || !isAgreed(stored)) {
                continue;
            }
            Lane lane = new Lane("", place, message.first.order());
            Message before = latest.get(lane);
            if (before != null && isAnsweredBefore(message, stored.offset(), before.first.at())) {
                findings.add(new Finding(Verdict.REORDERED, "", place, stored.offset(), stored.id(), "stored behind "
                        + before.first.id() + ", whose send began after this one was acknowledged"));
            }
            if (before == null || before.first.at() < message.first.at()) {
                latest.put(lane, message);
            }
        }
    }

    private boolean isAgreed(Stored stored) {
        return index.replicas.keySet().stream()
                .allMatch(replica -> index.isAt(replica, stored.place(), stored.offset(), stored.id()));
    }

    private static boolean isAnsweredBefore(Message message, long offset, long time) {
        return message.acknowledged.stream().filter(one -> one.offset() == offset).mapToLong(Acknowledged::at)
                .anyMatch(at -> at < time);
    }

    private void delivered() {
        Map<Lane, Delivered> highest = new HashMap<>();
        Set<List<Object>> seen = new HashSet<>();
        index.history.all(Delivered.class).filter(one -> one.way().ordered() && one.place().known()).forEach(one -> {
            Message message = index.messages.get(one.id());
            if (message == null || message.first.order().isEmpty()
                    || !seen.add(List.of(one.group(), one.place(), one.offset()))) {
                return;
            }
            Lane lane = new Lane(one.group(), one.place(), message.first.order());
            Delivered before = highest.get(lane);
            if (before != null && before.offset() > one.offset()) {
                findings.add(new Finding(Verdict.REORDERED, "", one.place(), one.offset(), one.id(),
                        "delivered to " + one.group() + " the first time after " + before.id() + " at " + before.offset()));
            } else {
                highest.put(lane, one);
            }
        });
    }
}
