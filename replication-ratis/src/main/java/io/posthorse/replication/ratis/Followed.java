package io.posthorse.replication.ratis;

import io.posthorse.replication.ReplicatedLog.Replica;
import java.util.Objects;
import java.util.function.Supplier;

/** The leader, as the replica was told. The engine reports new ones, but not that there is none. */
final class Followed {
    private final Replica replica;
    private String told;

    Followed(Replica replica) {
        this.replica = replica;
    }

    synchronized void changed(String leader) {
        if (!Objects.equals(told, leader)) {
            told = leader;
            replica.following(leader);
        }
    }

    /** @param leader is asked within the lock: a report of a new leader that comes meanwhile is told afterwards */
    synchronized void check(Supplier<String> leader) {
        changed(leader.get());
    }
}
