package io.posthorse.replication.ratis;

import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ReplicatedLog.Replica;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.LifeCycle;

/**
 * What the engine calls. It keeps the engine's account of entries and checkpoints, and hands everything else on. Places are
 * compared by index only: that of the term would refuse a checkpoint which another node made.
 */
final class GroupStateMachine
        implements StateMachine, StateMachine.EventApi, StateMachine.LeaderEventApi, StateMachine.FollowerEventApi {
    private final Replica replica;
    private final Deliveries deliveries;
    private final CatchUps catchUps;
    private final Leadership leadership;
    private final Followed followed;
    private final Consumer<Throwable> failed;
    private final ClientId proposer;
    private final int batchMax;
    private final TermRuns deleted = new TermRuns();
    private volatile RaftServer.Division division;
    private volatile LifeCycle.State state = LifeCycle.State.NEW;
    private volatile TermIndex applied;
    /** The newest checkpoint that the engine knows. */
    private volatile TermIndex checkpoint;
    /** What the engine was last told to be dispensable, or began with. It fails where that goes back. */
    private long dispensable;

    /**
     * @param proposer whose requests become entries; all others are refused
     * @param failed is told why the engine cannot go on
     */
    GroupStateMachine(Replica replica, EntryPlace restored, Deliveries deliveries, CatchUps catchUps, Leadership leadership,
            Followed followed, ClientId proposer, int batchMax, Consumer<Throwable> failed) {
        this.replica = replica;
        this.deliveries = deliveries;
        this.catchUps = catchUps;
        this.leadership = leadership;
        this.followed = followed;
        this.proposer = proposer;
        this.batchMax = batchMax;
        this.failed = failed;
        begin(restored);
    }

    private void begin(EntryPlace at) {
        applied = TermIndex.valueOf(at.term(), at.index());
        checkpoint = applied;
        dispensable = at.index();
        deleted.clear();
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        division = server.getDivision(group);
        state = LifeCycle.State.RUNNING;
    }

    @Override
    public LifeCycle.State getLifeCycleState() {
        return state;
    }

    @Override
    public TermIndex getLastAppliedTermIndex() {
        return applied;
    }

    // ---- entries

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        TransactionContext entry = TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request).build();
        if (!proposer.equals(request.getClientId())) {
            entry.setException(new IOException("Only this node's broker proposes; a request of another was refused"));
        } else if (request.getMessage().size() > batchMax) {
            entry.setException(new IOException("A batch has at most " + batchMax + " bytes, this one "
                    + request.getMessage().size() + "; it was refused"));
        }
        return entry;
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext entry) {
        return entry;
    }

    @Override
    public TransactionContext cancelTransaction(TransactionContext entry) {
        return entry;
    }

    @Override
    public TransactionContext applyTransactionSerial(TransactionContext entry) {
        return entry;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto entry = context.getLogEntry();
        CompletableFuture<Message> done = new CompletableFuture<>();
        if (state != LifeCycle.State.RUNNING) {
            done.complete(Message.EMPTY); // a fetched checkpoint has it
            return done;
        }
        deliveries.entry(new EntryPlace(entry.getTerm(), entry.getIndex()),
                entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer(), done);
        advance(entry.getTerm(), entry.getIndex());
        return done;
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (state == LifeCycle.State.RUNNING) {
            deliveries.passed(new EntryPlace(term, index));
            advance(term, index);
        }
    }

    /** Comes with entries of that kind, of which another event tells, and with each notification of a leader to catch up. */
    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto members) {
        catchUps.slowDown();
    }

    private void advance(long term, long index) {
        if (index > applied.getIndex()) {
            applied = TermIndex.valueOf(term, index);
        }
    }

    // ---- roles

    @Override
    public void notifyLeaderReady() {
        RaftServer.Division here = division;
        long term = here.getInfo().getCurrentTerm();
        deliveries.leading(term, () -> here.getInfo().isLeader() && here.getInfo().isLeaderReady()
                && here.getInfo().getCurrentTerm() == term);
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        leadership.end();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
        catchUps.leaderChanged();
        followed.changed(leader.toString());
    }

    // ---- checkpoints

    @Override
    public SnapshotInfo getLatestSnapshot() {
        TermIndex latest = checkpoint;
        if (!deleted.isEmpty()) {
            long before = division.getRaftLog().getStartIndex() - 1;
            long term = deleted.of(before);
            if (term >= 0) {
                latest = TermIndex.valueOf(term, before);
            }
        }
        return latest.getIndex() < 0 ? null : new FileListSnapshotInfo(List.of(), latest);
    }

    @Override
    public long takeSnapshot() {
        long now = replica.dispensable().index();
        if (state != LifeCycle.State.RUNNING || now <= dispensable || now > applied.getIndex()) {
            return RaftLog.INVALID_LOG_INDEX;
        }
        RaftLog log = division.getRaftLog();
        long first = log.getStartIndex();
        if (first >= 0) {
            deleted.note(first, Math.min(now, log.getNextIndex() - 1), index -> log.getTermIndex(index).getTerm());
        }
        dispensable = now;
        return now;
    }

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        return catchUps.ask(applied.getIndex(), first);
    }

    @Override
    public void pause() {
        state = LifeCycle.State.PAUSED;
    }

    @Override
    public void reinitialize() throws IOException {
        EntryPlace installed = catchUps.take();
        if (installed == null) {
            throw new IOException("The engine installs a checkpoint that was not fetched");
        }
        begin(installed);
        state = LifeCycle.State.RUNNING;
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return new NoStorage();
    }

    // ---- ends

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        failed.accept(new IOException("The engine's log could not be written, and no longer says what is on the disk. This"
                + " node must halt. Look at the disk and its free space; after an error of the disk itself, let the node"
                + " join the group anew under another name", cause));
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean isAll) {
        failed.accept(isAll
                ? new IOException("The engine has shut itself down, as it does after a pause of minutes. Restart this node")
                : ClosedException.of(division));
    }

    @Override
    public void close() {
        state = LifeCycle.State.CLOSED;
    }

    // ---- reads, which nobody sends

    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("The replica is read directly"));
    }

    @Override
    public CompletableFuture<Message> queryStale(Message request, long index) {
        return query(request);
    }
}
