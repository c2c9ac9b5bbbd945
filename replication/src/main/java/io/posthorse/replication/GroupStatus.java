package io.posthorse.replication;

import java.util.List;

/**
 * What a node knows of its group.
 *
 * @param self name of this node
 * @param leader name of the leader; null while none is known
 * @param term newest term that this node has seen
 * @param committed index of the newest entry that a majority has, as far as this node knows
 * @param peers the members, with what a leader knows of them
 */
public record GroupStatus(String self, String leader, long term, long committed, List<Peer> peers) {
    /**
     * A member.
     *
     * @param matched index up to which it has everything on stable storage; -1 where this node does not know
     * @param silentMs ms since it last answered; -1 where this node does not know
     */
    public record Peer(Member member, long matched, long silentMs) {}
}
