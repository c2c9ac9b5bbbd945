package io.posthorse.replication.ratis;

import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;

/** The engine's storage of snapshots: there is none, for the replica keeps its checkpoints itself. */
final class NoStorage implements StateMachineStorage {
    @Override
    public void init(RaftStorage storage) {}

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return null;
    }

    @Override
    public void format() {}

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}
}
