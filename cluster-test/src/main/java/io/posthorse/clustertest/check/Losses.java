package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Acknowledged;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.Place;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What was acknowledged is on each replica, where the answer said. */
final class Losses {
    private final Index index;
    private final Transactions transactions;
    private final List<Finding> findings;

    Losses(Index index, Transactions transactions, List<Finding> findings) {
        this.index = index;
        this.transactions = transactions;
        this.findings = findings;
    }

    void check() {
        for (String replica : index.replicas.keySet()) {
            for (Message message : index.messages.values()) {
                if (message.isTransactional()) {
                    if (transactions.mustBeVisible(message)) {
                        unplaced(replica, message);
                    }
                } else if (index.wasDue(message)) {
                    message.acknowledged.forEach(answer -> answered(replica, message, answer));
                }
            }
        }
    }

    private void answered(String replica, Message message, Acknowledged answer) {
        if (!answer.place().known() || answer.offset() == Event.NO_OFFSET) {
            unplaced(replica, message);
            return;
        }
        String id = message.first.id();
        if (index.isAt(replica, answer.place(), answer.offset(), id)) {
            return;
        }
        if (index.replicas.keySet().stream().anyMatch(other -> index.isAt(other, answer.place(), answer.offset(), id))
                && index.held(replica, answer.place()).containsKey(answer.offset())) {
            return; // another one is here: the replicas disagree, which is said once
        }
        List<Stored> copies = index.copies(replica, id);
        if (copies.isEmpty()) {
            findings.add(new Finding(classOf(replica, answer.place(), answer.offset()), replica, answer.place(),
                    answer.offset(), id, "acknowledged there"));
        } else {
            findings.add(new Finding(Verdict.MOVED, replica, answer.place(), answer.offset(), id,
                    "acknowledged there, and stored at " + copies.getFirst().place() + " " + copies.getFirst().offset()));
        }
    }

    private Verdict classOf(String replica, Place place, long offset) {
        NavigableMap<Long, List<Stored>> held = index.held(replica, place);
        if (held.isEmpty() || offset > held.lastKey()) {
            return Verdict.LOST_POSTFIX;
        }
        return offset < held.firstKey() ? Verdict.LOST_PREFIX : Verdict.LOST_MIDDLE;
    }

    /** Looks for a message whose offset nobody was told; where it is lost, the times of the others say which part is. */
    private void unplaced(String replica, Message message) {
        String id = message.first.id();
        if (!index.copies(replica, id).isEmpty()) {
            return;
        }
        NavigableMap<Long, String> sent = new TreeMap<>();
        index.replicas.get(replica).forEach((place, held) -> {
            if (place.topic().equals(message.first.place().topic())) {
                held.values().forEach(all -> all.forEach(one -> {
                    Message other = index.messages.get(one.id());
                    if (other != null) {
                        sent.put(other.first.at(), one.id());
                    }
                }));
            }
        });
        Verdict verdict = sent.isEmpty() || message.first.at() > sent.lastKey() ? Verdict.LOST_POSTFIX
                : message.first.at() < sent.firstKey() ? Verdict.LOST_PREFIX : Verdict.LOST_MIDDLE;
        findings.add(new Finding(verdict, replica, message.first.place(), Event.NO_OFFSET, id, "acknowledged"));
    }
}
