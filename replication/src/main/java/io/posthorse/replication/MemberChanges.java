package io.posthorse.replication;

import java.io.IOException;

/** Adds nodes to a group that runs, and removes them. Only the leader changes members; each call waits for other nodes. */
public interface MemberChanges {
    /** How far a node has come. */
    enum Progress {
        /** The group knows the node, which fetches what it lacks; it counts for no majority yet. */
        FETCHING,
        /** The node is a member. */
        MEMBER
    }

    /**
     * Adds a node, or goes on with adding it. The caller repeats the call, to whoever leads then, until the node is a
     * member.
     *
     * @throws IOException where it cannot be added, or does not answer; with what it means and what to do
     */
    Progress add(Member node) throws IOException;

    /**
     * Removes a node, or takes back that it was to be added.
     *
     * @throws IOException where it stays, with the reason
     */
    void remove(String name) throws IOException;
}
