package io.posthorse.replication;

import io.posthorse.platform.Clock;
import io.posthorse.platform.FileStore;
import java.io.IOException;

/** What has the nodes of a group agree: a library that is loaded in cluster mode only, and found as a service. */
public interface ConsensusEngine {
    /**
     * Admits a node to its group. Where the group is being founded, waits until all of its nodes run.
     *
     * @param files of the data directory, which say which node it is
     * @throws IOException where it must not take part: its directory was emptied or is another node's, or another group's
     */
    Membership admit(GroupSettings settings, FileStore files) throws IOException;

    /** The membership of an admitted node. */
    interface Membership {
        /**
         * Returns whether the group exists without this node, which joins it: it must have a copy of the data before it
         * takes part.
         */
        boolean isJoining();

        /**
         * Returns the index of the first entry that is in the engine's own log; -1 where there is none. A copy that this
         * node fetches anew must reach to the entry before it.
         */
        default long firstEntry() throws IOException {
            return -1;
        }

        /** Returns the calls to other nodes. */
        Peers peers();

        /**
         * Takes part from now on. Entries behind {@link ReplicatedLog.Replica#restored} are delivered, and other events,
         * maybe before this has returned.
         *
         * @param service answers the calls of other nodes
         * @throws IOException where the engine's files are damaged, its port is not free, or another process has them
         */
        Joined join(ReplicatedLog.Replica replica, Peers.Service service, Clock clock) throws IOException;
    }

    /** A node that takes part. */
    record Joined(ReplicatedLog log, Peers peers, MemberChanges changes) {}
}
