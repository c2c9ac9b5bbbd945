package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Acknowledged;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What replicas hold was sent, is unchanged, is there once, and is alone at its offset. */
final class Contents {
    private final Index index;
    private final List<Finding> findings;
    /** The message of each offset that some client was told. */
    private final Map<Place, Map<Long, String>> told = new HashMap<>();

    Contents(Index index, List<Finding> findings) {
        this.index = index;
        this.findings = findings;
    }

    void check() {
        for (String replica : index.replicas.keySet()) {
            index.replicas.get(replica).values().forEach(partition -> partition.values().forEach(this::offset));
            index.copies.get(replica).forEach((id, copies) -> copies(replica, id, copies));
        }
        index.history.events().forEach(event -> {
            if (event instanceof Acknowledged one) {
                tell(one.place(), one.offset(), one.id());
            } else if (event instanceof Delivered one) {
                tell(one.place(), one.offset(), one.id());
            }
        });
    }

    private void offset(List<Stored> atOffset) {
        Stored first = atOffset.getFirst();
        if (atOffset.stream().anyMatch(other -> !other.id().equals(first.id()))) {
            findings.add(new Finding(Verdict.OFFSET_TWICE, first.replica(), first.place(), first.offset(), first.id(),
                    "read there: " + atOffset.stream().map(Stored::id).toList()));
        }
        atOffset.forEach(this::content);
    }

    private void content(Stored stored) {
        Message message = index.messages.get(stored.id());
        if (message == null) {
            add(Verdict.INVENTED, stored, "nobody has sent it");
        } else if (!message.first.place().topic().equals(stored.place().topic())) {
            add(Verdict.MOVED, stored, "sent to " + message.first.place());
        } else if (message.first.checksum() != stored.checksum()) {
            add(Verdict.CHANGED, stored, "its checksum is " + stored.checksum() + " in place of "
                    + message.first.checksum());
        } else if (message.isRefused()) {
            add(Verdict.STORED_THOUGH_REFUSED, stored, "all attempts were answered as refused");
        }
    }

    private void copies(String replica, String id, List<Stored> copies) {
        Message message = index.messages.get(id);
        if (message != null && copies.size() > message.attempts()) {
            findings.add(new Finding(Verdict.DOUBLED, replica, copies.getLast().place(), copies.getLast().offset(), id,
                    "sent " + message.attempts() + " times and stored at "
                            + copies.stream().map(one -> one.place() + " " + one.offset()).toList()));
        }
    }

    private void tell(Place place, long offset, String id) {
        if (!place.known() || offset == Event.NO_OFFSET) {
            return;
        }
        String other = told.computeIfAbsent(place, p -> new HashMap<>()).putIfAbsent(offset, id);
        if (other != null && !other.equals(id) && index.messages.containsKey(id)) {
            findings.add(new Finding(Verdict.OFFSET_TWICE, "", place, offset, id, "a client was told that " + other
                    + " is there"));
        }
    }

    private void add(Verdict verdict, Stored stored, String detail) {
        findings.add(new Finding(verdict, stored.replica(), stored.place(), stored.offset(), stored.id(), detail));
    }
}
