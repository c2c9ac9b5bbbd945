package io.posthorse.protocol.rocketmq;

import java.util.Set;

/** The requests that have the broker write records: a slave refuses them, since its master decides. */
final class Decisions {
    /** What a slave says to all of them. */
    static final String REFUSAL = "This broker is a slave and takes no messages, offsets or changes: nothing was done. Send"
            + " to its master, or to another broker; while the master is gone, this one is read from only.";

    /** What a node that follows says to requests that are the leader's alone. */
    static final String OF_LEADERS = "This node of the cluster does not lead, and does not know all consumers: nothing was"
            + " done. Ask the node that leads; while none does, consumers keep their queues.";

    /** Consumers of a group, locks and assignments of queues; changed settings and tools that the leader obeys. */
    private static final Set<Integer> LEADERS_CODES = Set.of(25, 38, 41, 329, 400, 30_002, 30_003, 30_012, 30_013);

    /** Sends, offsets, topics, groups, transactions, what is lent to pop consumers, and the tools' changes. */
    private static final Set<Integer> CODES = Set.of(
            10, 15, 17, 18, 36, 37, 200, 207, 215, 222, 225, 310, 314, 320, 323, 353, 370, 401, 200_050, 200_051, 200_053,
            200_151);

    private Decisions() {}

    /** Returns whether a request is for the leader of a cluster, beside those that write records. */
    static boolean isLeaders(int code) {
        return LEADERS_CODES.contains(code);
    }

    static boolean has(int code) {
        return CODES.contains(code);
    }
}
