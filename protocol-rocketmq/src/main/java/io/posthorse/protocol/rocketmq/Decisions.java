package io.posthorse.protocol.rocketmq;

import java.util.Set;

/** The requests that have the broker write records: a slave refuses them, since its master decides. */
final class Decisions {
    /** What a slave says to all of them. */
    static final String REFUSAL = "This broker is a slave and takes no messages, offsets or changes: nothing was done. Send"
            + " to its master, or to another broker; while the master is gone, this one is read from only.";

    /** What a node that follows says to who asks for the consumers of a group. */
    static final String NOT_OF_GROUPS = "This node of the cluster does not lead, and does not know all consumers of the"
            + " group. Ask the node that leads; while none does, consumers keep their queues.";

    /** Sends, offsets, topics, groups, transactions, what is lent to pop consumers, and the tools' changes. */
    private static final Set<Integer> CODES = Set.of(
            10, 15, 17, 18, 36, 37, 200, 207, 215, 222, 225, 310, 314, 320, 323, 353, 370, 401, 200_050, 200_051, 200_053,
            200_151);

    private Decisions() {}

    static boolean has(int code) {
        return CODES.contains(code);
    }
}
