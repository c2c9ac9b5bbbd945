package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Committed;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Resumed;
import io.posthorse.clustertest.history.Event.Settled;
import io.posthorse.clustertest.history.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was settled does not come again, and a stored offset does not go back. */
final class Settlements {
    private final Index index;
    private final List<Finding> findings;

    private record Reader(String group, String what) {
    }

    Settlements(Index index, List<Finding> findings) {
        this.index = index;
        this.findings = findings;
    }

    void check() {
        Map<Reader, List<Settled>> settled = new HashMap<>();
        Map<Reader, Committed> stored = new HashMap<>();
        index.history.events().forEach(event -> {
            switch (event) {
                case Settled one ->
                        settled.computeIfAbsent(new Reader(one.group(), one.id()), r -> new ArrayList<>()).add(one);
                case Delivered one -> settled.getOrDefault(new Reader(one.group(), one.id()), List.of()).stream()
                        .filter(before -> isSame(before, one)).findFirst().ifPresent(before -> again(before, one));
                case Committed one -> stored.merge(reader(one.group(), one.place()), one,
                        (old, fresh) -> old.offset() > fresh.offset() ? old : fresh);
                case Resumed one -> resumed(stored.get(reader(one.group(), one.place())), one);
                default -> {
                    // neither settles nor delivers
                }
            }
        });
    }

    private static Reader reader(String group, Place place) {
        return new Reader(group, place.toString());
    }

    /** A client's second copy is another message; where offsets do not tell them apart, it gets the benefit of the doubt. */
    private boolean isSame(Settled before, Delivered now) {
        if (before.place().known() && now.place().known()
                && before.offset() != Event.NO_OFFSET && now.offset() != Event.NO_OFFSET) {
            return before.offset() == now.offset() && before.place().equals(now.place());
        }
        Message message = index.messages.get(now.id());
        return message != null && message.attempts() == 1;
    }

    private void again(Settled before, Delivered now) {
        findings.add(new Finding(Verdict.SETTLED_AGAIN, "", now.place(), now.offset(), now.id(), "to "
                + now.consumer() + " of "
                + now.group() + ", " + (now.at() - before.at()) / 1_000_000 + " ms after its settlement was answered"));
    }

    private void resumed(Committed before, Resumed now) {
        if (before != null && now.offset() < before.offset()) {
            findings.add(new Finding(Verdict.SETTLED_AGAIN, "", now.place(), now.offset(), now.group(),
                    "the group goes on here, though offset " + before.offset() + " was stored for it"));
        }
    }
}
