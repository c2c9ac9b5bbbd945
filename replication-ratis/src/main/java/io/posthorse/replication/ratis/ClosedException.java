package io.posthorse.replication.ratis;

import java.io.IOException;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;

/** Thrown where the engine has closed itself, as after an error, or after the group has removed this node. */
final class ClosedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Returns why the engine of a node has closed itself, as far as its own list of members tells. */
    static IOException of(RaftServer.Division division) {
        RaftConfiguration members = division.getRaftConf();
        return !members.getCurrentPeers().isEmpty() && members.getPeer(division.getId()) == null
                ? NodeMark.removed(division.getId().toString()) : new ClosedException();
    }

    private ClosedException() {
        super("The engine has closed itself after an error, which the server log has. Restart this node");
    }
}
