package io.posthorse.broker;

import io.posthorse.log.Batch;
import io.posthorse.testkit.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a consensus engine promises, without its messages: one sequence of entries that only grows, terms that ascend, at
 * most one leader in each. What a leader proposes is agreed on in its order; when it falls, a first part of what is under
 * way still is, and of the rest some may come in a later term in which the same node leads.
 */
final class SimulatedGroup {
    private final SeededEntropy entropy;
    private final List<Entry> agreed = new ArrayList<>();
    private final ArrayDeque<ByteBuffer> underWay = new ArrayDeque<>();
    private final Map<Integer, List<ByteBuffer>> late = new HashMap<>();
    private long term;
    private int leader = -1;

    /** @param bytes of a batch; null for an entry of the engine's own */
    record Entry(long term, ByteBuffer bytes) {}

    SimulatedGroup(SeededEntropy entropy) {
        this.entropy = entropy;
    }

    long term() {
        return term;
    }

    /** The node that leads, -1 for none. */
    int leader() {
        return leader;
    }

    int size() {
        return agreed.size();
    }

    Entry entry(int index) {
        return agreed.get(index);
    }

    boolean hasUnderWay() {
        return !underWay.isEmpty();
    }

    void propose(int node, Batch batch) {
        ByteBuffer bytes = batch.bytes();
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        if (node == leader) {
            underWay.add(copy);
        } else {
            late.computeIfAbsent(node, n -> new ArrayList<>()).add(copy);
        }
    }

    /** A majority has the oldest proposal. */
    void agree() {
        List<ByteBuffer> proposals = late.get(leader);
        if (proposals != null && !proposals.isEmpty() && entropy.percent(30)) {
            agreed.add(new Entry(term, proposals.removeFirst()));
        }
        if (!underWay.isEmpty()) {
            agreed.add(new Entry(term, underWay.poll()));
        }
        if (entropy.percent(20)) {
            agreed.add(new Entry(term, null));
        }
    }

    void fall() {
        for (int left = entropy.below(underWay.size() + 1); left > 0; left--) {
            agree();
        }
        if (entropy.percent(30)) {
            late.computeIfAbsent(leader, n -> new ArrayList<>()).addAll(underWay);
        }
        underWay.clear();
        leader = -1;
    }

    /** A node is elected; it leads once it has all that is agreed on by then. */
    void elect(int node) {
        term += 1 + entropy.below(2);
        leader = node;
        agreed.add(new Entry(term, null));
    }
}
