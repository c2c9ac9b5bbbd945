package io.posthorse.clustertest.round;

import java.util.List;
import java.util.Optional;

/** What a cluster says of itself. */
interface ClusterView extends AutoCloseable {
    /** Entries that a node may lack and count as whole: while messages come, the last ones are always under way. */
    int LAG_MAX = 16;

    /** Returns its state as some node tells it; empty where none answers. May wait for that. */
    Optional<State> now() throws Exception;

    @Override
    default void close() {
        // most have nothing to end
    }

    /**
     * A node as others see it.
     *
     * @param role such as LEADING, FOLLOWING or DOWN
     * @param lag how far it is behind the leader, in entries
     */
    record Member(String name, String role, long term, long lag) {
    }

    /**
     * All nodes.
     *
     * @param leader name of the node that leads; empty where none does
     */
    record State(List<Member> nodes, String leader) {
        /** Returns a node; empty where it is not listed. */
        Optional<Member> member(String name) {
            return nodes.stream().filter(one -> one.name().equals(name)).findFirst();
        }

        long term() {
            return nodes.stream().mapToLong(Member::term).max().orElse(0);
        }

        /** Returns whether so many nodes have all there is, but for what is under way. */
        boolean isWhole(int count) {
            return !leader.isEmpty() && nodes.size() == count && nodes.stream().allMatch(one -> one.lag() <= LAG_MAX
                    && (one.role().equals("LEADING") || one.role().equals("FOLLOWING")));
        }
    }
}
