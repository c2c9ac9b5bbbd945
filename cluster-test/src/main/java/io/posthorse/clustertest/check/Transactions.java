package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Decided;
import io.posthorse.clustertest.history.Event.Decision;
import io.posthorse.clustertest.history.Event.Delivered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A transaction is visible as a whole, from its commit on, or not at all. */
final class Transactions {
    private final Index index;
    private final Map<String, List<Message>> members = new LinkedHashMap<>();
    private final Map<String, Map<Decision, Long>> decisions = new HashMap<>();

    Transactions(Index index) {
        this.index = index;
        index.messages.values().stream().filter(Message::isTransactional)
                .forEach(one -> members.computeIfAbsent(one.first.transaction(), t -> new ArrayList<>()).add(one));
        index.history.all(Decided.class).forEach(one -> decisions
                .computeIfAbsent(one.transaction(), t -> new HashMap<>()).putIfAbsent(one.decision(), one.at()));
    }

    /** Returns whether a message must be there: its transaction is committed, and not the part of it that is missing. */
    boolean mustBeVisible(Message message) {
        String transaction = message.first.transaction();
        List<Message> visible = members.get(transaction).stream().filter(this::isVisible).toList();
        boolean isWhole = visible.isEmpty() || visible.size() == members.get(transaction).size();
        return has(transaction, Decision.COMMITTED) && isWhole;
    }

    void check(List<Finding> findings) {
        members.forEach((transaction, messages) -> {
            Long asked = decisions.getOrDefault(transaction, Map.of()).get(Decision.COMMIT_ASKED);
            boolean mayBeVisible = asked != null && !has(transaction, Decision.ROLLED_BACK);
            long visible = messages.stream().filter(this::isVisible).count();
            for (Message message : messages) {
                String wrong = null;
                if (isVisible(message) && !mayBeVisible) {
                    wrong = "visible, and its transaction was not committed";
                } else if (!isVisible(message) && visible > 0) {
                    wrong = "not visible, and others of its transaction are";
                } else if (asked != null
                        && index.deliveries(message.first.id()).stream().anyMatch(one -> one.at() < asked)) {
                    wrong = "delivered before the commit";
                }
                if (wrong != null) {
                    findings.add(new Finding(Verdict.HALF_VISIBLE, "", message.first.place(), Event.NO_OFFSET,
                            message.first.id(), "transaction " + transaction + ": " + wrong));
                }
            }
        });
    }

    private boolean has(String transaction, Decision decision) {
        return decisions.getOrDefault(transaction, Map.of()).containsKey(decision);
    }

    private boolean isVisible(Message message) {
        List<Delivered> delivered = index.deliveries(message.first.id());
        return !delivered.isEmpty() || index.isStoredSomewhere(message.first.id());
    }
}
