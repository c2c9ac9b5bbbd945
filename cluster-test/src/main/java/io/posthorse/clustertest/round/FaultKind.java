package io.posthorse.clustertest.round;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What can happen to a cluster. */
enum FaultKind {
    KILL(1, "kill -9 of a node, and its start"),
    PAUSE(1, "SIGSTOP of a node, and SIGCONT"),
    CUT(1, "the cable of a node is pulled, or, with three nodes, it is cut from the other nodes only"),
    ONE_WAY(1, "what a node sends is lost, or what is sent to it; the other direction passes"),
    POWER(1, "all disks stop in the same moment, all processes are killed, and what was not written is lost"),
    DISK_FULL(1, "a node's disk is full"),
    ROT(3, "a bit in a node's log flips"),
    CLOCK(1, "a node's clock is set by up to ten years"),
    SLOW_DISK(1, "a node's disk does 256 KiB and 30 operations a second"),
    MEMBERSHIP(3, "a node is taken out of the cluster, and an empty one added in its place"),
    UPGRADE(1, "all nodes are stopped and started again one after the other, from another build if one is given");

    private final int nodes;
    private final String meaning;

    FaultKind(int nodes, String meaning) {
        this.nodes = nodes;
        this.meaning = meaning;
    }

    /** Returns the smallest cluster for which it makes sense. */
    int nodes() {
        return nodes;
    }

    String meaning() {
        return meaning;
    }

    /** Returns whether it takes effect with the first step of its making, and not with the last. */
    boolean beginsAtOnce() {
        return this == KILL || this == POWER || this == UPGRADE;
    }

    /** Returns its name on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads names separated by commas; fails with a sentence where there is no such fault. */
    static List<FaultKind> parse(String words) {
        List<FaultKind> kinds = new ArrayList<>();
        for (String word : words.split(",")) {
            try {
                kinds.add(valueOf(word.trim().toUpperCase(Locale.ROOT).replace('-', '_')));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("There is no fault \"" + word + "\"; there are "
                        + String.join(", ", List.of(values()).stream().map(FaultKind::word).toList()) + ".", e);
            }
        }
        return kinds;
    }
}
