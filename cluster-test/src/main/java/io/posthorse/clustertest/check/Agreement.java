package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** All replicas that were read hold the same at the same offsets. */
final class Agreement {
    private final Index index;
    private final List<Finding> findings;

    Agreement(Index index, List<Finding> findings) {
        this.index = index;
        this.findings = findings;
    }

    void check() {
        for (Place place : index.places) {
            NavigableSet<Long> offsets = new TreeSet<>();
            index.replicas.keySet().forEach(replica -> offsets.addAll(index.held(replica, place).keySet()));
            offsets.forEach(offset -> check(place, offset));
        }
    }

    private void check(Place place, long offset) {
        Map<String, String> ids = new LinkedHashMap<>();
        for (String replica : index.replicas.keySet()) {
            List<Stored> held = index.held(replica, place).get(offset);
            ids.put(replica, held == null ? "" : held.getFirst().id());
        }
        List<String> different = ids.values().stream().distinct().toList();
        if (different.size() > 1 && !saidElsewhere(different, place, offset)) {
            findings.add(new Finding(Verdict.DISAGREE, "", place, offset, different.getFirst(), "read there: " + ids));
        }
    }

    /** Where one replica lacks what was acknowledged, it has lost it; what nobody sent is invented. */
    private boolean saidElsewhere(List<String> ids, Place place, long offset) {
        List<String> present = ids.stream().filter(id -> !id.isEmpty()).toList();
        Message message = index.messages.get(present.getFirst());
        if (present.size() > 1) {
            return false;
        }
        return message == null || message.acknowledged.stream()
                .anyMatch(one -> one.offset() == offset && one.place().equals(place))
                || (message.isAcknowledged() && message.acknowledged.getFirst().offset() == Event.NO_OFFSET
                && !message.isTransactional());
    }
}
