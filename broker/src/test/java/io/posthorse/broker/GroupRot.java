package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.log.Log;
import io.posthorse.log.PartitionIndex;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Flips a bit of the log on the disk of one node of a simulated group, one at a time, so that the others have what was
 * there; and lets the nodes look for such damage and repair it, when chance wants it.
 */
final class GroupRot {
    private static final int STEP = 2_000;

    private final SeededEntropy entropy;
    private final List<GroupNode> nodes;
    /** The node on which something rots; null where nothing does. */
    private GroupNode node;
    private long base;
    private int at;
    private byte before;
    /** Nodes on which something rots that the group has dropped, while the file is still there. */
    private final Set<GroupNode> inDropped = new HashSet<>();

    GroupRot(SeededEntropy entropy, List<GroupNode> nodes) {
        this.entropy = entropy;
        this.nodes = nodes;
    }

    /** Something may rot, and somebody may look for it. */
    void step() {
        forget();
        if (entropy.percent(5)) {
            flip(nodes.get(entropy.below(nodes.size())));
        }
        if (entropy.percent(5)) {
            flipWaiting(nodes.get(entropy.below(nodes.size())));
        }
        GroupNode any = nodes.get(entropy.below(nodes.size()));
        if (any.isDown) {
            return;
        }
        switch (entropy.below(12)) {
            case 0 -> any.scrubber.step(STEP);
            case 1 -> any.scrubber.retry();
            case 2, 3 -> any.scrubbing.runJob();
            case 4, 5 -> any.scrubbing.deliver();
            default -> { }
        }
    }

    private void flip(GroupNode one) {
        if (node != null || one.isDown) {
            return;
        }
        Log log = one.replica.store().log();
        long[] bases = log.segmentBases();
        int chosen = entropy.below(bases.length);
        boolean isLast = chosen == bases.length - 1;
        long end = isLast ? Math.min(log.committed(), one.replica.point().position())
                : log.bytes(bases[chosen + 1]).getLong(24);
        boolean isWhole = isLast || bases[chosen + 1] == log.segmentEnd(bases[chosen]);
        if (!isWhole || end <= bases[chosen] + 64 || end > log.segmentEnd(bases[chosen])
                || end > Math.min(log.committed(), one.replica.point().position())) {
            return;
        }
        flip(one, bases[chosen], entropy.below((int) (end - bases[chosen])));
    }

    private void flip(GroupNode one, long of, int byteAt) {
        base = of;
        at = byteAt;
        before = one.replica.store().log().bytes(base).get(at);
        node = one;
        one.files.flipBit("%020d.log".formatted(base), at * 8L + entropy.below(8));
    }

    /** A message that waits for its time rots on the node that is to move it. */
    private void flipWaiting(GroupNode one) {
        if (node != null || one.isDown || one.broker == null) {
            return;
        }
        Partition waiting = one.broker.state().postponed.timed.partition();
        PartitionIndex index = waiting.index;
        long last = index.visibleEnd(one.broker.log().committed()) - 1;
        if (last < index.begin()) {
            return;
        }
        long offset = Math.max(index.begin(), last - entropy.below(4));
        long position = one.broker.positionOf(waiting, offset);
        if (position >= 0 && one.broker.log().readable(position)) {
            long segment = one.broker.log().segmentOf(position);
            flip(one, segment, (int) (position - segment) + 70);
        }
    }

    /** Notes that the damage is gone: repaired, delivered again, or dropped with its segment. */
    private void forget() {
        if (node == null || node.isDown) {
            return;
        }
        ByteBuffer bytes = node.replica.store().log().bytes(base);
        boolean isDropped = node.replica.store().isDropped(base);
        if (isDropped && bytes != null && bytes.get(at) != before) {
            inDropped.add(node);
        }
        if (bytes == null || bytes.get(at) == before || isDropped) {
            node = null;
        }
    }

    /** Returns whether something rots on a node. */
    boolean isOn(GroupNode one) {
        forget();
        return node == one;
    }

    /** Returns whether something rots on a node, or has in what is dropped: the others may not have that any more. */
    boolean mayPreventOpening(GroupNode one) {
        return isOn(one) || inDropped.contains(one);
    }

    /** A node finds and repairs all that it can. */
    void repair(GroupNode one) {
        if (isOn(one) && !one.isDown) {
            one.scrubbing.drain();
            one.scrubber.retry();
            one.scrubbing.drain();
            for (int passes = 0; passes < 2; passes++) {
                while (one.scrubber.step(1 << 20)) {
                    one.scrubbing.drain();
                }
            }
            one.scrubbing.drain();
            forget();
        }
    }

    /** A node begins to serve, and its model reads everything: the others come back, and it is repaired. */
    void serves(GroupNode one) throws IOException {
        if (isOn(one)) {
            for (GroupNode other : nodes) {
                if (other.isDown) {
                    other.start();
                }
                while (other.isBehind()) {
                    other.deliver();
                }
            }
            repair(one);
            require(!isOn(one), "a majority has what is committed: " + one.others.told);
        }
    }

    /** All nodes are up: everything that rots is repaired. */
    void requireRepaired() {
        for (GroupNode one : nodes) {
            one.scrubbing.drain();
            one.scrubber.retry(); // what was dropped meanwhile is noticed then
            one.scrubbing.drain();
            repair(one);
            require(one.scrubber.figures().unrepaired() == 0, "everything is repaired: " + one.others.told);
            require(one.scrubber.figures().lost() == 0, "other nodes have it: " + one.others.told);
        }
        require(node == null, "what has rotted is found");
    }
}
