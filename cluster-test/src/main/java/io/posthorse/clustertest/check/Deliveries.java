package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Drained;
import io.posthorse.clustertest.history.Event.Returned;
import io.posthorse.clustertest.history.Place;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What consumers got was sent, unchanged, due and there to stay, and each group that drained its topic got everything. */
final class Deliveries {
    private final Index index;
    private final List<Finding> findings;
    private final Set<String> drained = new HashSet<>();

    Deliveries(Index index, List<Finding> findings) {
        this.index = index;
        this.findings = findings;
    }

    void check() {
        index.history.all(Delivered.class).forEach(this::content);
        index.history.all(Drained.class).forEach(this::drained);
        index.history.all(Returned.class).filter(one -> drained.contains(one.group())).forEach(this::returned);
    }

    private void content(Delivered one) {
        Message message = index.messages.get(one.id());
        if (message == null) {
            add(Verdict.INVENTED, one, "nobody has sent it");
            return;
        }
        if (message.first.checksum() != one.checksum()) {
            add(Verdict.CHANGED, one, "its checksum is " + one.checksum() + " in place of " + message.first.checksum());
        }
        if (one.at() < message.first.dueAt()) {
            add(Verdict.EARLY, one, (message.first.dueAt() - one.at()) / 1_000_000 + " ms before it was due");
        }
        if (!message.isTransactional() && !message.isAcknowledged() && isRead(one.place()) && !isThere(one)) {
            add(Verdict.VISIBLE_THEN_GONE, one, "not acknowledged, and no replica has it");
        }
    }

    private boolean isRead(Place place) {
        return index.places.stream().anyMatch(read -> read.equals(place)
                || (!place.known() && read.topic().equals(place.topic())));
    }

    private boolean isThere(Delivered one) {
        return one.place().known() && one.offset() != Event.NO_OFFSET
                ? index.replicas.keySet().stream().anyMatch(r -> index.isAt(r, one.place(), one.offset(), one.id()))
                : index.isStoredSomewhere(one.id());
    }

    private void drained(Drained end) {
        drained.add(end.group());
        Set<String> got = new HashSet<>();
        index.history.all(Delivered.class).filter(one -> one.group().equals(end.group())).forEach(one -> got.add(one.id()));
        for (Message message : index.messages.values()) {
            String id = message.first.id();
            if (message.first.place().topic().equals(end.topic()) && !got.contains(id) && !message.isRefused()
                    && index.isStoredSomewhere(id)) {
                findings.add(new Finding(Verdict.UNDELIVERED, "", message.first.place(), Event.NO_OFFSET, id,
                        "never delivered to " + end.group()));
            }
        }
    }

    private void returned(Returned back) {
        if (index.deliveries(back.id()).stream()
                .noneMatch(one -> one.group().equals(back.group()) && one.at() > back.at())) {
            findings.add(new Finding(Verdict.UNDELIVERED, "", Place.somewhereIn("?"), Event.NO_OFFSET, back.id(),
                    back.group() + " gave it back, and it did not come again"));
        }
    }

    private void add(Verdict verdict, Delivered one, String detail) {
        findings.add(new Finding(verdict, "", one.place(), one.offset(), one.id(),
                "to " + one.consumer() + " of " + one.group() + " by " + one.way() + ": " + detail));
    }
}
