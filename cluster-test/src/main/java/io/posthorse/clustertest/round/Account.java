package io.posthorse.clustertest.round;

import io.posthorse.clustertest.check.Checker;
import io.posthorse.clustertest.check.Finding;
import io.posthorse.clustertest.check.Verdict;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.History;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The figures of a history, and what is wrong with it. */
final class Account {
    private static final int SHOWN = 5;

    private final History history;
    private final List<Finding> findings;

    Account(History history) {
        this.history = history;
        findings = Checker.check(history);
    }

    boolean isClean() {
        return findings.isEmpty();
    }

    /** Returns one line of figures. */
    String figures() {
        return count(Event.Sent.class) + " sent, " + count(Event.Acknowledged.class) + " acknowledged, "
                + history.all(Event.Decided.class).filter(one -> one.decision() == Event.Decision.COMMITTED).count()
                + " transactions committed, " + count(Event.Refused.class) + " refused, " + count(Event.Doubtful.class)
                + " in doubt, " + count(Event.Delivered.class) + " delivered, " + count(Event.Settled.class) + " settled, "
                + count(Event.Stored.class) + " read of " + history.all(Event.Read.class).map(Event.Read::replica).distinct()
                        .count() + " nodes";
    }

    private long count(Class<? extends Event> kind) {
        return history.all(kind).count();
    }

    /** Returns what is wrong: how much of each kind, and some of it. */
    List<String> details() {
        Map<Verdict, List<Finding>> byVerdict = new EnumMap<>(Verdict.class);
        findings.forEach(one -> byVerdict.computeIfAbsent(one.verdict(), v -> new ArrayList<>()).add(one));
        return byVerdict.entrySet().stream().flatMap(entry -> Stream.concat(
                Stream.of(entry.getKey() + ": " + entry.getValue().size()),
                entry.getValue().stream().limit(SHOWN).map(one -> "  " + one))).toList();
    }
}
