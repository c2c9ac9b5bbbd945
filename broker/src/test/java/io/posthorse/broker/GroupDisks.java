package io.posthorse.broker;

import io.posthorse.testkit.SeededEntropy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Fills disks in a simulated group, and gives them room again after a while: the leader's, a follower's, or those of all
 * nodes at once, as where they have the same size.
 */
final class GroupDisks {
    private static final long PLENTY = 1L << 40;
    /** Maximum bytes that are left on a disk that fills. */
    private static final int LEFT_MAX = 20_000;

    private final SeededEntropy entropy;
    private final List<GroupNode> nodes;
    private final Set<GroupNode> full = new HashSet<>();
    /** How often a node has halted since its disk was full, and how often one could not lead or open its copy. */
    int halts;

    int starts;

    GroupDisks(SeededEntropy entropy, List<GroupNode> nodes) {
        this.entropy = entropy;
        this.nodes = nodes;
    }

    /** A disk may become full, or have room again. */
    void step(GroupNode leader) {
        if (entropy.below(1_000) >= (full.isEmpty() ? 12 : 4)) {
            return;
        }
        if (!full.isEmpty()) {
            makeRoom();
        } else if (entropy.percent(20)) {
            nodes.forEach(this::fill);
        } else {
            fill(leader != null && entropy.percent(50) ? leader : nodes.get(entropy.below(nodes.size())));
        }
    }

    private void fill(GroupNode node) {
        full.add(node);
        node.files.capacity(node.files.usedBytes() + entropy.below(entropy.percent(50) ? LEFT_MAX : LEFT_MAX / 10));
    }

    /** All disks have room. */
    void makeRoom() {
        full.forEach(node -> node.files.capacity(PLENTY));
        full.clear();
    }

    boolean isFull(GroupNode node) {
        return full.contains(node);
    }
}
