package io.posthorse.server;

import io.posthorse.auth.AccessTable;
import io.posthorse.broker.Broker;
import io.posthorse.broker.GroupReplica;
import io.posthorse.log.AgreedPoint;
import io.posthorse.log.Batch;
import io.posthorse.log.DivergedException;
import io.posthorse.log.Import;
import io.posthorse.log.ScrubFigures;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.replication.CatchUp;
import io.posthorse.replication.CatchUpService;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import io.posthorse.replication.ReplicatedLog;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node of a group in this process: it follows, leads when the engine has it elected, and throws its {@link BrokerNode}
 * away after each loss of leadership. The engine's thread hands entries to the owner's thread of the present one, and waits
 * while too much is under way there or while the copy is opened anew.
 */
final class ClusterMember implements ReplicatedLog.Replica {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);
    private static final long RESUME_MS = 1_000;
    /** Bytes that wait for the owner's thread, in KiB. */
    private static final int BACKLOG_KIB = 32 << 10;

    private final ServerConfig config;
    private final DiskFileStore files;
    private final boolean daemon;
    private final UUID group;
    private final String name;
    private final Consumer<AccessTable> names;
    private final FollowerPorts ports;
    private final Consumer<Throwable> onFailure;
    private final Semaphore backlog = new Semaphore(BACKLOG_KIB);
    /** Opens copies anew and starts to serve, one at a time. */
    private final DiskThread changes = new DiskThread("posthorse-cluster", Runnable::run);
    /** Complete once the engine is open; its events may come before. */
    private final CompletableFuture<Engine> engine = new CompletableFuture<>();
    private final Proposals proposals = new Proposals(engine.thenApply(Engine::log), this::failed);
    private final KnownMembers members;
    private final HandOver handOver;
    private final long checkpointBytes;
    private final CatchUpService catchUps = new CatchUpService(new LentCopy(this::present), Clock.system());
    private final NodeRepairs repairs;
    private volatile String leader;
    private BrokerNode node;
    /** What serves consumers while this node follows; null where nothing does. */
    private volatile FollowerReads reads;
    /** Null while it is opened anew. */
    private GroupReplica copy;
    /** Newest term that this node led in and lost. */
    private volatile long lostTerm = -1;
    private volatile AgreedPoint restored;
    private volatile AgreedPoint dispensable;
    private volatile boolean isServing;
    /** The copy for which ports are being opened, or are open. */
    private volatile GroupReplica servingSoon;
    /** The copy that led, until another one is open. */
    private GroupReplica leaving;
    private boolean isClosed;
    private int fetches;

    /**
     * Opens the copy; {@link #join} must follow.
     *
     * @param checkpointBytes bytes of log after which a checkpoint is taken
     * @param ports open while this node does not lead
     * @param names gets users and rules for the node's name server; any thread may call it
     * @param onFailure gets the reason for which this node must halt; any thread may call it
     */
    ClusterMember(
            ServerConfig config, DiskFileStore files, boolean daemon, UUID group, String name, List<Member> members,
            long checkpointBytes, FollowerPorts ports, Consumer<AccessTable> names, Consumer<Throwable> onFailure)
            throws IOException {
        this.config = config;
        this.files = files;
        this.daemon = daemon;
        this.group = group;
        this.name = name;
        this.members = new KnownMembers(name, members, this::status);
        this.handOver = new HandOver(proposals, () -> engine.join().log(), this::present);
        this.checkpointBytes = checkpointBytes;
        this.ports = ports;
        this.names = names;
        this.onFailure = onFailure;
        this.repairs = new NodeRepairs(config.cluster() == null ? 0 : config.cluster().scrubRate(),
                (member, request) -> engine.thenCompose(now -> now.peers().ask(member, request)), this.members::others);
        Import.finish(files);
        open(null, true);
        restored = copy.point();
        dispensable = copy.dispensable();
    }

    /** @param mustRead whether it is a failure where consumers cannot be served; else that is tried again */
    private void open(GroupReplica before, boolean mustRead) throws IOException {
        BrokerNode next = new BrokerNode(config, files, daemon, checkpointBytes);
        try {
            if (before != null) {
                repairs.mend(before);
            }
            GroupReplica opened = next.follow(group, before, names, this::failed);
            repairs.begin(next.network(), opened);
            reads = FollowerReads.port(config) == ServerConfig.OFF ? null
                    : new FollowerReads(config, next.parts(), opened, () -> leader);
            openReads(reads, mustRead);
            synchronized (this) {
                node = next;
                copy = opened;
                notifyAll();
            }
            next.network().timers().after(RESUME_MS, () -> resume(next, opened));
        } catch (IOException | RuntimeException | Error e) {
            next.endThreads();
            throw e;
        }
    }

    private void openReads(FollowerReads of, boolean mustOpen) throws IOException {
        if (of == null || of != reads) {
            return;
        }
        try {
            of.open();
        } catch (IOException e) {
            if (mustOpen) {
                throw e;
            }
            LOG.warn("This node cannot serve consumers, and tries again. {}", e.getMessage());
            of.network().timers().after(RESUME_MS, () -> changes.run(() -> openReads(of, false), failure -> {
                if (failure != null) {
                    failed(failure);
                }
            }));
        }
    }

    private GroupStatus status() {
        Engine now = engine.getNow(null);
        return now == null ? null : now.log().status();
    }

    /** Takes part in the group from now on. */
    void join(ReplicatedLog log, Peers peers) {
        engine.complete(new Engine(log, peers));
    }

    private record Engine(ReplicatedLog log, Peers peers) {}

    /** Returns what answers the other nodes. */
    Peers.Service service() {
        return catchUps;
    }

    /** Returns how often this node has fetched what the engine could not deliver any more. */
    synchronized int fetches() {
        return fetches;
    }

    boolean isServing() {
        return isServing;
    }

    synchronized BrokerNode node() {
        return node;
    }

    // ---- events of the engine

    @Override
    public EntryPlace restored() {
        return new EntryPlace(restored.term(), restored.index());
    }

    @Override
    public EntryPlace dispensable() {
        return new EntryPlace(dispensable.term(), dispensable.index());
    }

    @Override
    public void committed(EntryPlace place, Batch batch) {
        int kib = Math.min(BACKLOG_KIB, 1 + (batch.length() >> 10));
        backlog.acquireUninterruptibly(kib);
        onOwner((present, of) -> {
            try {
                of.agreed(place.term(), place.index(), batch);
                taken(present, of);
            } catch (DivergedException e) {
                failed(e);
            } finally {
                backlog.release(kib);
            }
        });
    }

    @Override
    public void passed(EntryPlace place) {
        onOwner((present, of) -> {
            try {
                of.passed(place.term(), place.index());
            } catch (DivergedException e) {
                failed(e);
            }
        });
    }

    @Override
    public void leading(long term) {
        onOwner((present, of) -> lead(of, term));
    }

    @Override
    public void fell(long term) {
        synchronized (this) {
            if (isClosed || term <= lostTerm) {
                return;
            }
            lostTerm = term;
            leaving = copy == null ? leaving : copy;
            copy = null; // what comes from now on waits for the next copy
        }
        changes.run(this::openAnew, failure -> {
            if (failure != null) {
                failed(failure);
            }
        });
    }

    @Override
    public void following(String name) {
        leader = name;
        ports.leaderIs(name);
        LOG.info(name == null ? "No node of the cluster is known to lead." : "Node {} leads the cluster.", name);
    }

    @Override
    public CompletableFuture<EntryPlace> catchUp(EntryPlace first) {
        CompletableFuture<EntryPlace> done = new CompletableFuture<>();
        changes.run(() -> done.complete(fetch(first)), failure -> {
            if (failure != null) {
                LOG.warn("This node could not fetch what it lacks, and tries again: {}", failure.getMessage());
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    @Override
    public void failed(Throwable cause) {
        Throwable told = cause instanceof DivergedException && !(cause instanceof DivergedException.Mismatch)
                ? new IOException(cause.getMessage() + ". " + Refetch.ADVICE, cause) : cause;
        LOG.error("This node of the cluster cannot go on: {}", told.getMessage(), cause);
        onFailure.accept(told);
    }

    /** A task for the owner's thread of the present copy. */
    private interface Task {
        void run(BrokerNode present, GroupReplica of);
    }

    /** Queues a task, in the order of the calls; waits while the copy is opened anew. */
    private synchronized void onOwner(Task task) {
        boolean interrupted = false;
        while (copy == null && !isClosed) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (isClosed) {
            return;
        }
        BrokerNode present = node;
        GroupReplica of = copy;
        present.network().owner().execute(() -> {
            try {
                task.run(present, of);
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        });
    }

    // ---- on the owner's thread

    private void taken(BrokerNode present, GroupReplica of) {
        if (of.failure() != null) {
            failed(of.failure());
            return;
        }
        Broker broker = of.leading();
        if (broker == null) {
            tend(present, of);
            return;
        }
        dispensable = of.dispensable();
        if (servingSoon != of) {
            servingSoon = of;
            changes.run(() -> serve(present, broker), failure -> {
                if (failure != null) {
                    failed(failure);
                }
            });
        }
    }

    private void tend(BrokerNode present, GroupReplica of) {
        if (of.tend()) {
            present.network().owner().execute(() -> tend(present, of));
        }
        dispensable = of.dispensable();
    }

    private void resume(BrokerNode present, GroupReplica of) {
        catchUps.expire();
        if (of.leading() == null) {
            of.resume();
            tend(present, of);
        }
        present.network().timers().after(RESUME_MS, () -> resume(present, of));
    }

    private void lead(GroupReplica of, long term) {
        if (term <= lostTerm) {
            return;
        }
        endReads();
        try {
            of.lead(new GroupReplica.Leadership(term, name));
        } catch (IOException e) {
            LOG.warn("This node cannot lead the cluster: {}", e.getMessage());
            proposals.stepDown();
            return;
        }
        for (Batch next = of.nextProposal(); next != null; next = of.nextProposal()) {
            proposals.propose(next);
        }
    }

    /** Hands leadership over, as {@link HandOver#to}. */
    void handOver(String to, long limitMs) throws IOException {
        handOver.to(to, limitMs);
    }

    /** Returns nothing. */
    private Void endReads() {
        FollowerReads present = reads;
        if (present != null) {
            present.end();
        }
        return null;
    }

    // ---- on the thread of changes

    private void serve(BrokerNode present, Broker broker) throws IOException {
        if (present != node()) {
            return; // leads no longer
        }
        if (reads != null) {
            reads.close();
            present.copies(new LeaderCopies(() -> engine.join().log().status(), FollowerReads::id, Clock.system()));
        }
        present.prepare(broker, proposals::propose);
        ports.leaveTo(present.network()); // as late as possible: clients are refused from here on until ports are open
        present.openPorts();
        isServing = true;
        LOG.info("This node leads the cluster and serves clients.");
    }

    private void openAnew() throws IOException {
        GroupReplica before = takeAway();
        if (before != null) {
            open(before, false);
            LOG.info("This node leads no longer: it has closed its clients' connections and follows.");
        }
    }

    /** Fetches a checkpoint from the leader, and everything below it that this node lacks. */
    private EntryPlace fetch(EntryPlace first) throws IOException {
        Member from = members.find(leader).orElseThrow(() -> new IOException("no node is known to lead"));
        GroupReplica before = takeAway();
        if (before == null) {
            throw new IOException("the copy is being opened anew");
        }
        LOG.info("This node lacks entries before {}: it fetches them from node {}.", first.index(), from.name());
        try {
            CatchUp.fetch(engine.join().peers(), from, files, first.index(), before.point().position());
        } catch (IOException | RuntimeException | Error e) {
            openOrFail(before);
            throw e;
        }
        before.abandon();
        openOrFail(null);
        synchronized (this) {
            fetches++;
            restored = copy.point();
            dispensable = copy.dispensable();
        }
        LOG.info("This node has everything up to entry {}.", restored.index());
        return restored();
    }

    /** Opens a copy again; where that fails this node has none, and must halt. */
    private void openOrFail(GroupReplica before) throws IOException {
        try {
            if (before != null && Import.isUnderWay(files)) {
                throw new IOException("A fetched copy has begun to take the place of this node's own, and did not end. The"
                        + " next start ends it");
            }
            open(before, false);
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    /** Ends the present copy and returns it, for the next one is opened on its files; null where there is none. */
    private GroupReplica takeAway() throws IOException {
        BrokerNode old;
        GroupReplica before;
        synchronized (this) {
            old = node;
            before = copy == null ? leaving : copy;
            copy = null;
            leaving = null;
        }
        if (before == null) {
            return null; // another one is open already, or being fetched
        }
        catchUps.end();
        isServing = false;
        old.network().onOwner(this::endReads); // and what was queued is taken
        repairs.end();
        old.discard(ports::resume);
        return before;
    }

    private synchronized LentCopy.Present present() {
        return new LentCopy.Present(node, copy);
    }

    /** Returns what was found of damaged records. */
    ScrubFigures repaired() throws IOException {
        return repairs.figures();
    }

    /** Ends; the engine must be closed before. */
    void close() throws IOException {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        proposals.close();
        changes.close(); // the copy may be being opened anew
        BrokerNode last;
        GroupReplica of;
        synchronized (this) {
            last = node;
            of = copy;
        }
        if (of == null) {
            return; // it could not be opened anew
        }
        repairs.end();
        if (isServing) {
            last.discard(() -> { });
        } else {
            last.network().onOwner(this::endReads);
            last.close(of);
        }
    }
}
