package io.posthorse.server;

import io.posthorse.broker.SlaveCopy;
import io.posthorse.log.DivergentTail;
import io.posthorse.log.Import;
import io.posthorse.log.Shipment;
import io.posthorse.net.Connection;
import io.posthorse.net.Network;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.LinkWire;
import io.posthorse.replication.SlaveLink;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slave: follows its master over a link, on an event loop of its own, and serves readers with a {@link BrokerNode}. That
 * is thrown away and made anew where its data directory has to be fetched from the master.
 */
final class SlaveNode implements SlaveLink.Slave, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlaveNode.class);
    private static final long REDIAL_MS = 2_000;
    private static final long TICK_MS = 1_000;
    private static final int UNSENT_BYTES_MAX = 8 << 20;
    /** Time in ms without progress after which a slave that replaces its copy does not say any more that it is there. */
    private static final long STUCK_MS = 1_800_000;

    private final ServerConfig config;
    private final DiskFileStore files;
    private final boolean daemon;
    private final long checkpointBytes;
    private final Network links;
    private final DiskThread names;
    private final DiskThread changes;
    private final Clock clock = Clock.system();
    private final SlaveStatus status;
    private final CopyReplacement replacement;
    /** Silence after which the master counts as gone, in ms. */
    private final long silentMs;
    private volatile BrokerNode node;
    private volatile SlaveCopy copy;
    private volatile Epochs epochs;
    private volatile boolean isClosed;
    /** The link in use, on the thread of links. */
    private volatile SlaveLink link;
    private volatile LinkWire wire;
    private boolean isDialling;
    private volatile boolean isFetching;
    private volatile boolean isServing;
    private volatile SlaveLink fetchingFrom;
    private volatile long progressMs;
    private String complaint = "";

    private SlaveNode(ServerConfig config, DiskFileStore files, boolean daemon, long checkpointBytes, long silentMs) {
        this.silentMs = silentMs;
        this.config = config;
        this.files = files;
        this.daemon = daemon;
        this.checkpointBytes = checkpointBytes;
        this.status = new SlaveStatus(config);
        this.replacement = new CopyReplacement(files, new Replaced());
        this.links = ConnectionLimit.network(config, UNSENT_BYTES_MAX, daemon);
        this.names = new DiskThread("posthorse-names", links.owner());
        this.changes = new DiskThread("posthorse-slave", links.owner());
    }

    /** Starts a slave; when this returns, it serves readers, and looks for its master. */
    static SlaveNode start(ServerConfig config, DiskFileStore files, boolean daemon, long checkpointBytes)
            throws IOException {
        return start(config, files, daemon, checkpointBytes, SlaveStatus.SILENT_MS);
    }

    /** @param silentMs silence after which the master counts as gone */
    static SlaveNode start(
            ServerConfig config, DiskFileStore files, boolean daemon, long checkpointBytes, long silentMs)
            throws IOException {
        SlaveNode slave = new SlaveNode(config, files, daemon, checkpointBytes, silentMs);
        try {
            Import.finish(files);
            slave.epochs = Epochs.read(files).following(true);
            slave.epochs.write(files);
            slave.open();
            slave.links.timers().after(0, slave::dial);
            slave.links.timers().after(TICK_MS, slave::tick);
            return slave;
        } catch (IOException | RuntimeException | Error e) {
            slave.endThreads();
            throw e;
        }
    }

    private void open() throws IOException {
        BrokerNode next = new BrokerNode(config, files, daemon, checkpointBytes);
        try {
            copy = next.followMaster();
            if (copy.isDamaged()) { // a later start would not find it again
                epochs = epochs.damaged();
                epochs.write(files);
            }
            next.copies(status);
            next.serve(copy.broker(), batch -> { });
            next.network().onOwner(() -> {
                next.shard().onCommitted(this::acknowledge);
                next.registration().onMaster(this::masterIs);
                return null;
            });
            node = next;
            isServing = true;
        } catch (IOException | RuntimeException | Error e) {
            next.endThreads();
            throw e;
        }
    }

    BrokerNode node() {
        return node;
    }

    // ---- the link

    private void masterIs(String broker, String ha) {
        status.masterIs(broker, ha);
        links.owner().execute(this::dial);
    }

    private void dial() {
        String address = status.haAddress();
        if (isClosed || isDialling || isFetching || link != null || address.isEmpty()) {
            return;
        }
        isDialling = true;
        new ResolvingDialer(links, names).dial(address, () -> Encryption.ofSlave(config), this::dialled, failure -> {
            isDialling = false;
            complain("The master at " + address + " cannot be reached" + (failure == null ? "" : ", "
                    + failure.getMessage()) + "; this slave tries again every " + REDIAL_MS / 1_000
                    + " s, and serves readers meanwhile.");
            redial();
        });
    }

    private LinkSession dialled(Connection connection) {
        isDialling = false;
        return new LinkSession(connection, links.owner(), this::link);
    }

    private LinkSession.Peer link(LinkWire made) {
        SlaveLink mine = new SlaveLink(this, made, HaPort.nonce());
        link = mine;
        wire = made;
        return new LinkSession.Peer() {
            @Override
            public void received(ByteBuffer bytes) {
                try {
                    mine.received(bytes);
                } catch (IOException e) {
                    complain("The link to the master is closed: " + e.getMessage() + ".");
                    made.close();
                }
            }

            @Override
            public void writable() {
                // it sends little
            }

            @Override
            public void closed() {
                mine.closed();
                if (!mine.isGreeted() && !isClosed) {
                    complain("The master at " + status.haAddress() + " has ended the link without a word. Both have to be"
                            + " of the same release, and where one has tls.server.mode=ENFORCING, the other one needs it,"
                            + " too.");
                }
                if (link == mine) {
                    link = null;
                    status.follows(false);
                    redial();
                }
            }
        };
    }

    private void redial() {
        if (!isClosed) {
            links.timers().after(REDIAL_MS, this::dial);
        }
    }

    private void complain(String what) {
        if (!what.equals(complaint)) {
            complaint = what;
            LOG.warn(what);
        }
    }

    private void tick() {
        SlaveLink now = link;
        if (now != null && now.silentMs() > silentMs) {
            complain("The master has been silent for " + silentMs / 1_000.0 + " s; this slave connects again.");
            wire.close();
        } else if (now != null && isFetching) {
            if (nowMs() - progressMs < STUCK_MS) {
                now.working();
            }
        } else if (now != null && isServing) {
            node.network().owner().execute(this::acknowledge);
        }
        if (!isClosed) {
            links.timers().after(TICK_MS, this::tick);
        }
    }

    /** Tells the master what this slave has; on the owner's thread. */
    private void acknowledge() {
        SlaveLink now = link;
        SlaveCopy of = copy;
        if (now != null && of != null && !isFetching) {
            status.has(of.end());
            now.acknowledge(of.end(), of.committed());
        }
    }

    // ---- what the master says, on the thread of links

    @Override
    public SlaveLink.Copy copy() {
        try {
            BrokerNode present = node;
            SlaveCopy of = copy;
            return present.network().onOwner(() -> new SlaveLink.Copy(
                    config.identity().cluster(), config.identity().brokerName(), config.identity().brokerId(),
                    config.listen().advertised(present.brokerPort()), config.storage().segmentBytes() & ~7, of.end(),
                    of.end() == 0, epochs.isDamaged(), epochs));
        } catch (IOException e) {
            throw new IllegalStateException("the copy cannot be looked at", e);
        }
    }

    @Override
    public LinkKey key() {
        return HaPort.key(config);
    }

    @Override
    public void follow(Epochs ofMaster, Runnable then) {
        changes.run(() -> {
            ofMaster.write(files);
            epochs = ofMaster;
        }, failure -> {
            if (failure == null) {
                complaint = "";
                status.follows(true);
                LOG.info("This slave follows the master at {} from position {} on.", status.haAddress(), copy.end());
                then.run();
            } else {
                failed(failure);
            }
        });
    }

    @Override
    public void take(long masterCommitted, Shipment shipment) {
        BrokerNode present = node;
        SlaveCopy of = copy;
        status.masterHas(masterCommitted);
        if (isFetching) {
            return;
        }
        present.network().owner().execute(() -> {
            try {
                if (of == copy && !isFetching) {
                    present.shard().turn();
                    of.take(shipment);
                    acknowledge();
                }
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        });
    }

    private void failed(Exception e) {
        complain("This slave cannot take what its master sends: " + e.getMessage() + ". It tries again.");
        LinkWire now = wire;
        if (now != null) {
            now.close();
        }
    }

    @Override
    public void alive(long masterCommitted) {
        status.masterHas(masterCommitted);
    }

    @Override
    public void keepOnly(long end, long[] bases) {
        status.masterKeeps(bases);
        keepOnly(copy, end, bases);
    }

    /** Drops what the master has dropped, now or, once more, when the next checkpoints may cover it. */
    private void keepOnly(SlaveCopy of, long end, long[] bases) {
        BrokerNode present = node;
        if (isFetching) {
            return;
        }
        present.network().owner().execute(() -> {
            if (of == copy && !isFetching && bases == status.masterKeeps()) {
                of.keepOnly(end, bases);
                present.network().timers().after(SlaveStatus.DROP_MS, () -> keepOnly(of, end, bases));
            }
        });
    }

    @Override
    public void refused(String reason) {
        complain("The master refuses this slave: " + reason + ". It asks again every " + REDIAL_MS / 1_000 + " s.");
    }

    @Override
    public long nowMs() {
        return clock.nanos() / 1_000_000;
    }

    // ---- a copy from the master

    @Override
    public void fetch(long common, long needed, Epochs ofMaster) {
        SlaveLink from = link;
        if (isFetching) {
            return; // it is about this already
        }
        progressMs = nowMs();
        isFetching = true;
        fetchingFrom = from;
        changes.run(() -> {
            replacement.replace(from, common, needed, ofMaster);
            LOG.info("This slave has fetched its master's data up to position {}.", copy.end());
        }, failure -> {
            isFetching = false;
            if (failure != null) {
                complain("This slave could not fetch its master's data, and tries again: " + failure.getMessage());
            }
            if (link == null) {
                redial(); // it has ended meanwhile
            } else if (wire != null) {
                wire.close(); // the next link says what this slave has now
            }
        });
    }

    /** This slave's copy while it is replaced, on the thread of changes. */
    private final class Replaced implements CopyReplacement.Slave {
        @Override
        public Epochs epochs() {
            return epochs;
        }

        @Override
        public void has(Epochs stored) {
            epochs = stored;
        }

        @Override
        public long abandon() throws IOException {
            long end = copy.end();
            SlaveCopy before = copy;
            isServing = false;
            node.discard(() -> { });
            before.abandon();
            return end;
        }

        @Override
        public void open() throws IOException {
            SlaveNode.this.open();
        }

        @Override
        public boolean isClosed() {
            return isClosed;
        }

        @Override
        public boolean isMasterThere() {
            return fetchingFrom.isOpen();
        }

        @Override
        public void pause() {
            LockSupport.parkNanos(TICK_MS * 1_000_000);
        }

        @Override
        public void progressed() {
            progressMs = nowMs();
        }

        @Override
        public void setAside(long common, DivergentTail tail) {
            LOG.warn("The log of this slave differs from its master's behind position {}: {} records, {} of them messages"
                    + " ({} bytes), which the master never got, were copied to {} in {}. They are not part of this broker"
                    + " any more.", common, tail.records(), tail.messages(), tail.bytes(), tail.files(), files.place());
        }

        @Override
        public void cannotOpen(Exception why) {
            complain("This slave could not open its copy again, and tries on: " + why.getMessage());
        }
    }

    // ---- the end

    @Override
    public void close() throws IOException {
        isClosed = true;
        links.closeConnections();
        changes.close(); // a copy may be being fetched
        try {
            if (isServing) {
                node.close();
            }
        } finally {
            endThreads();
        }
    }

    private void endThreads() {
        changes.close();
        names.abandon();
        links.close();
    }
}
