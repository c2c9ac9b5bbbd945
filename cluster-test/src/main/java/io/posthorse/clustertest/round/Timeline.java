package io.posthorse.clustertest.round;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.History;
import io.posthorse.clustertest.round.ClusterView.Member;
import io.posthorse.clustertest.round.ClusterView.State;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * When what happened after a fault, in nanoseconds from it on; empty where it did not happen, or cannot be seen.
 *
 * @param detected the cluster's view of the node has changed
 * @param led there is a leader of a later term
 * @param acknowledged a send that began after the fault was acknowledged
 * @param delivered a message that was sent after the fault was delivered
 * @param whole all nodes have everything again
 * @param silence the longest time in which nothing was acknowledged
 */
record Timeline(OptionalLong detected, OptionalLong led, OptionalLong acknowledged, OptionalLong delivered,
        OptionalLong whole,
        long silence) {

    /** A view and its time. */
    record Sample(long at, Optional<State> state) {
    }

    /**
     * A fault: when it began, when it was healed, when sends went on for certain, and the node that it hit; empty for
     * all.
     */
    record Span(long fault, long healed, long over, String node) {
    }

    static Timeline of(Span span, List<Sample> samples, History history, int nodes) {
        State before = samples.stream().filter(one -> one.at() <= span.fault() && one.state().isPresent())
                .reduce((first, second) -> second).flatMap(Sample::state).orElse(new State(List.of(), ""));
        // later there may be other faults
        List<Sample> during = samples.stream().filter(one -> one.at() <= span.over()).toList();
        OptionalLong detected = first(span, during, span.fault(), state -> differs(before, state, span.node()));
        OptionalLong led = first(span, during, span.fault(), state -> state.isPresent() && !state.get().leader().isEmpty()
                && state.get().term() > before.term());
        OptionalLong whole = first(span, samples, Math.max(span.healed(), span.fault()),
                state -> state.isPresent() && state.get().isWhole(nodes));
        return clients(span, history, detected, led, whole);
    }

    private static OptionalLong first(Span span, List<Sample> samples, long from, Predicate<Optional<State>> wanted) {
        return samples.stream().filter(one -> one.at() > from && wanted.test(one.state()))
                .mapToLong(one -> one.at() - span.fault()).findFirst();
    }

    private static boolean differs(State before, Optional<State> now, String node) {
        return now.isEmpty() || !now.get().leader().equals(before.leader()) || now.get().term() > before.term()
                || !now.get().member(node).map(Member::role).equals(before.member(node).map(Member::role));
    }

    private static Timeline clients(Span span, History history, OptionalLong detected, OptionalLong led,
            OptionalLong whole) {
        Map<String, Long> sent = new HashMap<>();
        long acknowledged = -1;
        long delivered = -1;
        long silence = 0;
        long last = span.fault();
        for (Event event : history.events()) {
            switch (event) {
                case Event.Sent one -> sent.put(one.id(), one.at());
                case Event.Acknowledged one when one.at() > span.fault() -> {
                    if (one.at() <= span.over()) {
                        silence = Math.max(silence, one.at() - last);
                        last = one.at();
                    }
                    if (acknowledged < 0 && sent.get(one.id()) > span.fault()) {
                        acknowledged = one.at() - span.fault();
                    }
                }
                case Event.Delivered one -> {
                    if (delivered < 0 && sent.getOrDefault(one.id(), 0L) > span.fault()) {
                        delivered = one.at() - span.fault();
                    }
                }
                default -> {
                    // says nothing about times
                }
            }
        }
        return new Timeline(detected, led, optional(acknowledged), optional(delivered), whole, silence);
    }

    private static OptionalLong optional(long value) {
        return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public String toString() {
        return "T1 detected " + seconds(detected) + ", T2 leader " + seconds(led) + ", T3 acknowledged "
                + seconds(acknowledged)
                + ", T4 delivered " + seconds(delivered) + ", T5 whole " + seconds(whole) + ", longest silence "
                + seconds(OptionalLong.of(silence));
    }

    private static String seconds(OptionalLong nanos) {
        return nanos.isEmpty() ? "-" : String.format(Locale.ROOT, "%.3f s", nanos.getAsLong() / 1e9);
    }
}
