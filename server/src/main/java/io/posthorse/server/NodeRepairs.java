package io.posthorse.server;

import io.posthorse.broker.GroupReplica;
import io.posthorse.log.DamagedRange;
import io.posthorse.log.PeerBytes;
import io.posthorse.log.ScrubFigures;
import io.posthorse.log.Scrubber;
import io.posthorse.net.Network;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskThread;
import io.posthorse.replication.Member;
import io.posthorse.replication.PeerCopies;
import io.posthorse.replication.Peers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search of a cluster's node for damaged records in its copy, and their repair: its thread, its times, and what it tells
 * operators. {@link #begin} and {@link #end} are called for each copy in turn, by one thread.
 */
final class NodeRepairs implements Scrubber.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRepairs.class);
    private static final long TICK_MS = 250;
    private static final long TICKS = 1_000 / TICK_MS;
    private static final long RETRY_NS = 30_000_000_000L;
    /** A pass begins no earlier than so long after the last one began. */
    private static final long PASS_NS = 86_400_000_000_000L;
    /** Limit of all repairs before a copy is opened anew. */
    private static final long MEND_NS = 60_000_000_000L;

    private final Clock clock = Clock.system();
    private final long rate;
    private final Peers peers;
    private final Supplier<List<Member>> others;
    private final FiguresSum earlier = new FiguresSum();
    private Copy present;

    /** The copy that is searched. */
    private final class Copy {
        private final Network network;
        private final DiskThread thread;
        private final Scrubber scrubber;
        private long beganNs = clock.nanos();
        private long triedNs = beganNs;
        private boolean isResting;
        private boolean isOver;

        private Copy(Network network, GroupReplica replica) {
            this.network = network;
            this.thread = new DiskThread("posthorse-scrubber", network.owner());
            this.scrubber = replica.scrub(thread, new PeerCopies(peers, others, network.owner()), NodeRepairs.this);
        }

        private void tick() {
            if (isOver) {
                return;
            }
            long now = clock.nanos();
            if (now - triedNs >= RETRY_NS) {
                triedNs = now;
                scrubber.retry();
            }
            if (isResting && now - beganNs >= PASS_NS) {
                beganNs = now;
                isResting = false;
            }
            isResting |= rate == 0 || !isResting && !scrubber.step(Math.max(1, rate / TICKS));
            network.timers().after(TICK_MS, this::tick);
        }
    }

    /**
     * @param rate bytes read each second; 0 for none
     * @param others returns the other members
     */
    NodeRepairs(long rate, Peers peers, Supplier<List<Member>> others) {
        this.rate = rate;
        this.peers = peers;
        this.others = others;
    }

    /** Begins to search a copy, before it leads. */
    void begin(Network network, GroupReplica replica) throws IOException {
        Copy next = network.onOwner(() -> {
            Copy copy = new Copy(network, replica);
            copy.tick();
            return copy;
        });
        synchronized (this) {
            present = next;
        }
    }

    /** Ends the search of the present copy, which is closed then; waits for what is being read or written. */
    void end() throws IOException {
        Copy old;
        synchronized (this) {
            old = present;
            present = null;
        }
        if (old != null) {
            earlier.add(old.network.onOwner(() -> {
                old.isOver = true;
                old.scrubber.close();
                return old.scrubber.figures();
            }));
            old.thread.close();
        }
    }

    /** Repairs what a closed copy needs to be opened anew. Waits for the disk and for other nodes. */
    void mend(GroupReplica copy) {
        PeerCopies copies = new PeerCopies(peers, others, Runnable::run);
        long began = clock.nanos();
        earlier.add(copy.mend((position, length, done) -> {
            CompletableFuture<PeerBytes.Answers> answers = new CompletableFuture<>();
            if (clock.nanos() - began > MEND_NS) {
                answers.complete(new PeerBytes.Answers(Map.of(), false));
            } else {
                copies.ask(position, length, answers::complete);
            }
            done.accept(answers.join());
        }, this));
    }

    /** Returns what was found since this process was started. */
    ScrubFigures figures() throws IOException {
        Copy of;
        synchronized (this) {
            of = present;
        }
        return earlier.and(of == null ? null : of.network.onOwner(of.scrubber::figures));
    }

    // ---- what operators are told

    private static String place(DamagedRange range, String file) {
        return range.bytes() + " bytes at position " + range.from() + " of the log, in " + file + ",";
    }

    @Override
    public void found(DamagedRange range, String file) {
        LOG.warn("The disk of this node delivers {} damaged, or not at all. They are repaired with what the other nodes"
                + " have.",
                place(range, file));
    }

    @Override
    public void repaired(DamagedRange range, String file) {
        LOG.warn("Repaired: {} are again what the cluster has agreed on. What was there is in the file quarantine-{}. Look"
                + " after the disk: one that has forgotten something may do it again.", place(range, file),
                String.format("%020d", range.from()));
    }

    @Override
    public void failed(DamagedRange range, String reason) {
        LOG.error("{} bytes at position {} of the log could not be repaired: {}. It is tried again every {} s.",
                range.bytes(), range.from(), reason, RETRY_NS / 1_000_000_000);
    }
}
