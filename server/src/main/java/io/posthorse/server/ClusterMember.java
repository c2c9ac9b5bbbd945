package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.GroupReplica;
import io.posthorse.log.AgreedPoint;
import io.posthorse.log.Batch;
import io.posthorse.log.DivergedException;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ReplicatedLog;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
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
    private final GroupReplica.Leadership identity;
    private final Consumer<Throwable> onFailure;
    private final Semaphore backlog = new Semaphore(BACKLOG_KIB);
    /** Opens copies anew and starts to serve, one at a time. */
    private final DiskThread changes = new DiskThread("posthorse-cluster", Runnable::run);
    /** Proposes: the engine may block for milliseconds. */
    private final DiskThread proposals = new DiskThread("posthorse-proposals", Runnable::run);
    /** Complete once the engine is open; its events may come before. */
    private final CompletableFuture<ReplicatedLog> log = new CompletableFuture<>();
    private BrokerNode node;
    /** Null while it is opened anew. */
    private GroupReplica copy;
    /** Newest term that this node led in and lost. */
    private long lostTerm = -1;
    private volatile AgreedPoint restored;
    private volatile AgreedPoint dispensable;
    private volatile boolean isServing;
    private volatile boolean isServingSoon;
    private boolean isClosed;

    /**
     * Opens the copy; {@link #join} must follow.
     *
     * @param onFailure gets the reason for which this node must halt; any thread may call it
     */
    ClusterMember(
            ServerConfig config, DiskFileStore files, boolean daemon, UUID group, String name,
            Consumer<Throwable> onFailure) throws IOException {
        this.config = config;
        this.files = files;
        this.daemon = daemon;
        this.identity = new GroupReplica.Leadership(0, name, group);
        this.onFailure = onFailure;
        open(null);
        restored = copy.point();
        dispensable = copy.dispensable();
    }

    private void open(GroupReplica before) throws IOException {
        BrokerNode next = new BrokerNode(config, files, daemon);
        try {
            GroupReplica opened = next.follow(before);
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

    /** Takes part in the group from now on. */
    void join(ReplicatedLog opened) {
        log.complete(opened);
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
        onOwner((present, of) -> of.passed(place.term(), place.index()));
    }

    @Override
    public void leading(long term) {
        onOwner((present, of) -> lead(of, term));
    }

    @Override
    public void fell(long term) {
        changes.run(() -> openAnew(term), failure -> {
            if (failure != null) {
                failed(failure);
            }
        });
    }

    @Override
    public void following(String leader) {
        LOG.info(leader == null ? "No node of the cluster is known to lead." : "Node {} leads the cluster.", leader);
    }

    @Override
    public CompletableFuture<EntryPlace> catchUp(EntryPlace first) {
        return CompletableFuture.failedFuture(new IOException("this node lacks entries before " + first.index()));
    }

    @Override
    public void failed(Throwable cause) {
        LOG.error("This node of the cluster cannot go on: {}", cause.getMessage(), cause);
        onFailure.accept(cause);
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
        if (!isServingSoon) {
            isServingSoon = true;
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
        if (of.leading() == null) {
            of.resume();
            tend(present, of);
        }
        present.network().timers().after(RESUME_MS, () -> resume(present, of));
    }

    private void lead(GroupReplica of, long term) {
        if (term <= lostTerm()) {
            return;
        }
        try {
            of.lead(new GroupReplica.Leadership(term, identity.node(), identity.group()));
        } catch (IOException e) {
            LOG.warn("This node cannot lead the cluster: {}", e.getMessage());
            proposals.run(() -> log.join().stepDown(), failure -> { });
            return;
        }
        for (Batch next = of.nextProposal(); next != null; next = of.nextProposal()) {
            propose(next);
        }
    }

    private void propose(Batch batch) {
        proposals.run(() -> log.join().propose(batch), failure -> {
            if (failure != null) {
                failed(failure);
            }
        });
    }

    private synchronized long lostTerm() {
        return lostTerm;
    }

    // ---- on the thread of changes

    private void serve(BrokerNode present, Broker broker) throws IOException {
        if (present != node()) {
            return; // leads no longer
        }
        present.serve(broker, this::propose);
        isServing = true;
        LOG.info("This node leads the cluster and serves clients.");
    }

    private void openAnew(long term) throws IOException {
        BrokerNode old;
        GroupReplica before;
        synchronized (this) {
            if (isClosed || term <= lostTerm) {
                return;
            }
            lostTerm = term;
            old = node;
            before = copy;
            copy = null;
        }
        isServing = false;
        isServingSoon = false;
        old.network().onOwner(() -> null); // what was queued is taken
        old.discard();
        open(before);
        LOG.info("This node leads no longer: it has closed its clients' connections and follows.");
    }

    /** Ends; the engine must be closed before. */
    void close() throws IOException {
        BrokerNode last;
        GroupReplica of;
        synchronized (this) {
            isClosed = true;
            notifyAll();
            last = node;
            of = copy;
        }
        proposals.close();
        changes.close();
        if (isServing) {
            last.discard();
        } else {
            last.close(of);
        }
    }
}
