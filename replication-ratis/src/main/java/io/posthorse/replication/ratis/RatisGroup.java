package io.posthorse.replication.ratis;

import io.posthorse.log.Batch;
import io.posthorse.platform.Clock;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import io.posthorse.replication.ReplicatedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in a group that agrees by Apache Ratis.
 *
 * <p>The replica is called by one thread of this group, except for {@link Replica#fell}, {@link Replica#following} and
 * {@link Replica#failed}, which any thread may call, and {@link Replica#dispensable}. {@code failed} comes once, and
 * nothing after it means anything; the process must end, for the engine may have stopped while its port still answers.
 */
public final class RatisGroup implements ReplicatedLog {
    private static final Logger LOG = LoggerFactory.getLogger(RatisGroup.class);
    private static final long CATCH_UP_RETRY_MS = 1_000;
    private static final long CLOSE_LIMIT_SECONDS = 10;

    private final RatisSettings settings;
    private final Replica replica;
    private final Predicate<String> isKnown;
    private final RaftGroupId group;
    private final RaftPeerId self;
    /** New with each start, for the engine answers a repeated call of a client without doing anything. */
    private final ClientId proposer = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final Leadership leadership;
    private final Deliveries deliveries;
    private final EngineFiles files;
    private final PeerCalls peers;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final Watch watch;
    private final AtomicBoolean isEnded = new AtomicBoolean();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private RatisGroup(RatisSettings settings, Replica replica, PeerCalls peers, Peers.Service service,
            Predicate<String> isKnown, Clock clock, EngineFiles files) throws IOException {
        this.settings = settings;
        this.isKnown = isKnown;
        this.replica = replica;
        this.files = files;
        this.group = RaftGroupId.valueOf(settings.group());
        this.self = RaftPeerId.valueOf(settings.self().name());
        this.leadership = new Leadership(replica);
        EntryPlace restored = replica.restored();
        this.peers = peers;
        String name = "posthorse-group-" + settings.self().name();
        this.deliveries = new Deliveries(name, replica, restored, leadership, this::failed);
        CatchUps catchUps = new CatchUps(deliveries, CATCH_UP_RETRY_MS);
        Followed followed = new Followed(replica);
        GroupStateMachine machine = new GroupStateMachine(replica, restored, deliveries, catchUps, leadership, followed,
                proposer, settings.sizes().batchMax(), this::failed);
        deliveries.start();
        try {
            this.server = Engine.start(settings, machine, this::isMember, forMembers(service), this::failed);
        } catch (IOException e) {
            deliveries.close();
            throw e;
        }
        this.division = server.getDivision(group);
        this.watch = new Watch(name + "-watch", division, leadership, followed, catchUps,
                new CommitWatch(settings.times().commit()), clock, new Watch.Consequences() {
                    @Override
                    public void stepDown(String reason) {
                        giveUp(reason);
                    }

                    @Override
                    public void failed(Throwable cause) {
                        RatisGroup.this.failed(cause);
                    }
                });
        watch.start();
    }

    /**
     * Takes part in a group. Entries behind {@link Replica#restored} are delivered from now on, and other events, maybe
     * before this has returned.
     *
     * @throws IOException where the engine's files are damaged, its port is not free, or another process has them; with
     *     what it means and what to do
     */
    public static RatisGroup open(RatisSettings settings, Replica replica, Peers.Service service, Clock clock)
            throws IOException {
        return open(settings, replica, new PeerCalls(settings), service, name -> false, clock);
    }

    /**
     * Takes part in a group, as {@link #open(RatisSettings, Replica, Peers.Service, Clock)} does.
     *
     * @param peers calls to other nodes, which are closed with the group
     * @param isKnown whether a node belongs to the group that is neither configured nor a member yet
     */
    static RatisGroup open(RatisSettings settings, Replica replica, PeerCalls peers, Peers.Service service,
            Predicate<String> isKnown, Clock clock) throws IOException {
        EngineFiles files = EngineFiles.open(settings);
        try {
            files.prepare(replica.restored().index());
            return new RatisGroup(settings, replica, peers, service, isKnown, clock, files);
        } catch (IOException | RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /** Returns the calls to other nodes. */
    public Peers peers() {
        return peers;
    }

    /** Returns whether a directory has the engine's log of a group. */
    static boolean hasLog(Path directory, UUID group) throws IOException {
        return EngineFiles.hasLog(directory, group);
    }

    /** Asks a node that is none of the group. */
    CompletableFuture<ByteBuffer> askStranger(Member node, ByteBuffer request, long limitMs) {
        return peers.askStranger(node, request, limitMs);
    }

    // ---- proposals

    /**
     * Proposes a batch. Must be called by one thread only, and waits until the batch has its place, not for a disk.
     *
     * @return whether this node leads in the term in which the batch was decided
     * @throws IllegalArgumentException where it is too large: the engine would end the leadership for that
     */
    @Override
    public boolean propose(Batch batch) {
        int bytes = Batch.HEADER + batch.length();
        if (bytes > batchBytesMax()) {
            throw new IllegalArgumentException("a batch of " + bytes + " bytes, of at most " + batchBytesMax());
        }
        if (!leadership.leads(batch.term())) {
            return false;
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(proposer)
                .setServerId(self)
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(batch.bytes())))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        submit(request).whenComplete((reply, failure) -> {
            if (failure != null || !reply.isSuccess()) {
                refused(batch.term(), failure == null ? reply.getException() : failure);
            }
        });
        return true;
    }

    private CompletableFuture<RaftClientReply> submit(RaftClientRequest request) {
        try {
            return server.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A later proposal may be committed without this one; the replica must not go on as if both were. */
    private void refused(long term, Throwable cause) {
        if (leadership.end(term)) {
            giveUp("a proposal was refused: " + cause);
        }
    }

    @Override
    public int batchBytesMax() {
        return settings.sizes().batchMax();
    }

    // ---- leadership and members

    @Override
    public void stepDown() {
        giveUp("the broker has asked for it");
    }

    private void giveUp(String reason) {
        leadership.end();
        if (isEnded.get() || !division.getInfo().isLeader()) {
            return;
        }
        LOG.warn("Node {} gives up its leadership: {}", self, reason);
        hand(null);
    }

    @Override
    public CompletableFuture<Void> transfer(String name) {
        if (!division.getInfo().isLeader()) {
            return CompletableFuture.failedFuture(new IOException(self + " does not lead; ask the leader, "
                    + division.getInfo().getLeaderId()));
        }
        RaftPeerId to = name == null ? MemberStates.nearest(division) : RaftPeerId.valueOf(name);
        if (to == null) {
            return CompletableFuture.failedFuture(new IOException("No other member is known; leadership stays here"));
        }
        return hand(to);
    }

    private CompletableFuture<Void> hand(RaftPeerId to) {
        try {
            return outcome("Leadership was not handed over", server.transferLeadershipAsync(new TransferLeadershipRequest(
                    proposer, self, group, calls.incrementAndGet(), to, settings.times().request())));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> members(List<Member> members) {
        Collection<RaftPeer> now = division.getRaftConf().getCurrentPeers();
        SetConfigurationRequest.Arguments change = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(List.copyOf(now))
                .setServersInNewConf(Engine.peers(members))
                .build();
        try {
            return outcome("The members were not changed", server.setConfigurationAsync(
                    new SetConfigurationRequest(proposer, self, group, calls.incrementAndGet(), change)));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Void> outcome(String failure, CompletableFuture<RaftClientReply> reply) {
        return reply.thenCompose(answer -> answer.isSuccess()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new IOException(
                        failure + ": " + answer.getException().getMessage(), answer.getException())));
    }

    private boolean isMember(String name) {
        RaftPeerId id = RaftPeerId.valueOf(name);
        return settings.members().stream().anyMatch(member -> member.name().equals(name))
                || division != null && division.getRaftConf().getPeer(id) != null
                || isKnown.test(name);
    }

    /** Returns a service for members; only who this node is, it tells everybody whom the port admits. */
    private Peers.Service forMembers(Peers.Service service) {
        return (from, request) -> {
            if (!Introduction.isAsked(request) && !isMember(from)) {
                throw new IOException("node " + self + " knows no member " + from + " of its cluster");
            }
            return service.answer(from, request);
        };
    }

    @Override
    public GroupStatus status() {
        return MemberStates.of(division);
    }

    // ---- ends

    /** Returns whether it has failed or was closed. */
    boolean isOver() {
        return isEnded.get();
    }

    /** Ends the part in the group, and tells the replica why. */
    void failed(Throwable cause) {
        if (isEnded.compareAndSet(false, true)) {
            LOG.error("Node {} cannot go on in its group", self, cause);
            leadership.end();
            replica.failed(cause);
        }
    }

    /** Leaves the group; nothing is delivered any more. */
    @Override
    public void close() throws IOException {
        isEnded.set(true);
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        watch.close();
        deliveries.close();
        leadership.end();
        peers.close();
        closeEngine();
        files.close();
    }

    /**
     * Closes the engine, and does not wait for ever: closing its log, it holds the log's lock and waits for a thread that
     * may wait for that lock (SegmentedRaftLog.close in 3.3.0). Everything is on the disk by then.
     */
    private void closeEngine() throws IOException {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("posthorse-group-" + self + "-close").start(() -> {
            try {
                server.close();
                closed.complete(null);
            } catch (IOException | RuntimeException | Error e) {
                closed.completeExceptionally(e);
            }
        });
        try {
            closed.get(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The engine of node {} has not closed within {} s; it ends with the process", self,
                    CLOSE_LIMIT_SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("The engine of node " + self + " has not closed in order", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The engine, for tests that do what only its own user can. */
    RaftServer server() {
        return server;
    }
}
