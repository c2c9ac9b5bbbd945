package io.posthorse.server;

import io.posthorse.broker.Shard;
import io.posthorse.broker.Shipping;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.log.Export;
import io.posthorse.log.Shipment;
import io.posthorse.net.Connection;
import io.posthorse.net.Network;
import io.posthorse.net.Session;
import io.posthorse.net.Tls;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskThread;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.PeerNetwork;
import io.posthorse.protocol.rocketmq.BrokerRegistration;
import io.posthorse.protocol.rocketmq.Copies;
import io.posthorse.replication.CatchUpService;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.LinkWire;
import io.posthorse.replication.MasterLink;
import io.posthorse.replication.MasterLog;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.ServerConfig.BrokerRole;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A master's port for its slaves: links to them, what they have, and what waits for that. Used on the owner's thread. */
final class HaPort implements MasterLog, Copies {
    private static final Logger LOG = LoggerFactory.getLogger(HaPort.class);
    /** Maximum slaves, and connections that may become one. */
    private static final int SLAVES_MAX = 8;
    private static final int LINKS_MAX = 32;
    private static final long TICK_MS = 1_000;
    /** Time in ms for which a master that stops waits for its slaves. */
    private static final long STOP_MS = 3_000;

    private final ServerConfig config;
    private final Network network;
    private final MasterEpochs epochs;
    private final DiskThread reader;
    private final Clock clock = Clock.system();
    private final CatchUpService catchUps = new CatchUpService(new OfBroker(), clock);
    private final LinkKey key;
    /** The links in the order in which they came, with the networks that they are from. */
    private final Map<MasterLink, InetAddress> links = new LinkedHashMap<>();
    private final BoundedComplaints comings = new BoundedComplaints(clock, LOG::info);
    private final BoundedComplaints ofSlaves = new BoundedComplaints(clock, LOG::warn);
    private final BoundedComplaints ofStrangers = new BoundedComplaints(clock, LOG::warn);
    private Shard shard;
    private Shipping shipping;
    private boolean isClosed;
    private volatile int port = ServerConfig.OFF;

    HaPort(ServerConfig config, Network network, MasterEpochs epochs) {
        this.config = config;
        this.network = network;
        this.epochs = epochs;
        this.reader = new DiskThread("posthorse-ha", network.owner());
        this.key = key(config);
    }

    /** Returns the key of the links: the credentials between brokers where there is access control; else null. */
    static LinkKey key(ServerConfig config) {
        ServerConfig.Credentials inner = config.access().inner();
        return inner == null ? null : new LinkKey(
                (inner.user() + '\n' + inner.secret().reveal()).getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the broker whose log the slaves get. */
    void attach(Shard of) {
        shard = of;
        shipping = new Shipping(of.broker(), reader);
        shard.onCommitted(() -> links.keySet().forEach(MasterLink::pump));
        network.timers().after(TICK_MS, this::tick);
    }

    /** Opens the port and has name servers told of it; call it on another thread than the owner's. */
    void open(Listening ports, Tls tls, BrokerRegistration registration) throws IOException {
        int wanted = config.replication().haPort();
        try {
            port = ports.openForSlaves(network, wanted, tls, this::open);
        } catch (IOException e) {
            if (config.given().containsKey("haListenPort")) {
                throw e;
            }
            LOG.warn("No slave can follow this broker; everything else works. {}", e.getMessage());
        }
        network.onOwner(() -> {
            registration.announceHa(config.replication().haHost(), port);
            registration.registerAgain();
            return null;
        });
    }

    /** Returns the port; {@link ServerConfig#OFF} where it is not open. */
    int port() {
        return port;
    }

    private Session open(Connection connection) {
        return new LinkSession(connection, network.owner(), wire -> link(connection, wire));
    }

    private LinkSession.Peer link(Connection connection, LinkWire wire) {
        String remote = connection.remote().getAddress().getHostAddress() + ":" + connection.remote().getPort();
        MasterLink link = new MasterLink(new OfConnection(connection), this, wire, remote, nonce());
        if (isClosed) {
            connection.close();
        } else {
            InetAddress network = PeerNetwork.of(connection.remote().getAddress());
            makeRoom(network);
            links.put(link, network);
        }
        return new LinkSession.Peer() {
            @Override
            public void received(ByteBuffer bytes) {
                link.received(bytes);
            }

            @Override
            public void writable() {
                link.pump();
            }

            @Override
            public void closed() {
                link.closed();
                reader.run(() -> catchUps.gone(remote), failure -> { }); // behind what it has asked for
                if (links.remove(link) != null && link.isAdmitted() && !isClosed) {
                    ofSlaves.tell("The slave " + link.address() + " (brokerId " + link.brokerId() + ") is gone; it had"
                            + " everything up to position " + link.committed() + ".");
                }
            }
        };
    }

    /**
     * Ends the oldest link that has not said who it is, of the network that has most of them: they cannot keep slaves out.
     * There are always some, since fewer slaves are admitted than there are places.
     */
    private void makeRoom(InetAddress newcomer) {
        if (links.size() < LINKS_MAX) {
            return;
        }
        Map<InetAddress, List<MasterLink>> strangers = new LinkedHashMap<>();
        links.forEach((link, network) -> {
            if (!link.isAdmitted()) {
                strangers.computeIfAbsent(network, n -> new ArrayList<>()).add(link);
            }
        });
        List<MasterLink> most = strangers.getOrDefault(newcomer, List.of());
        for (List<MasterLink> some : strangers.values()) {
            most = some.size() > most.size() ? some : most;
        }
        MasterLink oldest = most.getFirst();
        links.remove(oldest);
        oldest.giveWay();
        ofStrangers.tell("There are " + LINKS_MAX + " connections to the port for slaves, most of which do not say who they"
                + " are. The oldest one from " + most.size() + " of its network gave way to another one.");
    }

    /** Returns bytes by chance for one end of a link. */
    static byte[] nonce() {
        return ByteBuffer.allocate(16).putLong(Entropy.system().nextLong()).putLong(Entropy.system().nextLong()).array();
    }

    private void tick() {
        if (!isClosed) {
            List.copyOf(links.keySet()).forEach(MasterLink::tick);
            comings.tick();
            ofSlaves.tick();
            ofStrangers.tick();
            catchUps.expire();
            network.timers().after(TICK_MS, this::tick);
        }
    }

    /**
     * Takes no more from clients, and waits until all slaves that follow have everything, at most 3 s: one of them may be
     * promoted next.
     *
     * @param grpc the port of gRPC clients; null where there is none
     */
    void awaitSlaves(GrpcPort grpc) throws IOException {
        if (port == ServerConfig.OFF) {
            return;
        }
        network.closeAcceptedBut(port);
        if (grpc != null) {
            grpc.close();
        }
        long until = clock.nanos() + STOP_MS * 1_000_000;
        while (!network.onOwner(this::isEverywhere)) {
            if (clock.nanos() > until) {
                LOG.warn("This master stops, though not all of its slaves have everything: promote none of them, unless this"
                        + " master's disk is lost.");
                return;
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private boolean isEverywhere() {
        return links.keySet().stream().filter(MasterLink::isShipping).allMatch(link -> link.committed() >= shipping.end());
    }

    /** Ends the links; nothing more is read. */
    void close() {
        isClosed = true;
        reader.close();
    }

    // ---- what links share

    /** What a link asks of its master; the connection of a slave that was admitted may be silent. */
    private final class OfConnection implements MasterLink.Masters {
        private final Connection connection;

        OfConnection(Connection connection) {
            this.connection = connection;
        }

        @Override
        public String cluster() {
            return config.identity().cluster();
        }

        @Override
        public String brokerName() {
            return config.identity().brokerName();
        }

        @Override
        public LinkKey key() {
            return key;
        }

        @Override
        public String refusal(MasterLink of) {
            if (config.access().enabled() && key == null) {
                return "this master has access control and no innerClientAuthenticationCredentials, so no slave can prove"
                        + " that it belongs to it: set that to the same value on master and slave";
            }
            long slaves = links.keySet().stream().filter(MasterLink::isAdmitted).count();
            return slaves < SLAVES_MAX ? null : "this master has " + SLAVES_MAX + " slaves already";
        }

        @Override
        public void admitted(MasterLink slave) {
            connection.admit();
            connection.letBeSilent();
            comings.tell("The slave " + slave.address() + " (brokerId " + slave.brokerId() + ") follows.");
        }

        @Override
        public void moved(MasterLink slave) {
            shard.recheck();
        }

        @Override
        public void tell(MasterLink about, String what) {
            (about.isAdmitted() ? ofSlaves : ofStrangers).tell(what);
        }

        @Override
        public long nowMs() {
            return clock.nanos() / 1_000_000;
        }
    }

    // ---- the log

    @Override
    public long committed() {
        return shipping.committed();
    }

    @Override
    public long[] segmentBases() {
        return shipping.segmentBases();
    }

    @Override
    public Epochs epochs() {
        return epochs.epochs();
    }

    @Override
    public void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done) {
        shipping.read(position, bytesMax, done);
    }

    @Override
    public void answer(String from, ByteBuffer request, BiConsumer<ByteBuffer, IOException> done) {
        ByteBuffer[] answer = new ByteBuffer[1];
        reader.run(() -> answer[0] = catchUps.answer(from, request), failure -> done.accept(answer[0], failure));
    }

    /** Opens and closes exports on the owner's thread. */
    private final class OfBroker implements CatchUpService.Source {
        @Override
        public Export open(long needed) throws IOException {
            return network.onOwner(() -> shipping.export(needed));
        }

        @Override
        public void close(Export export) {
            network.owner().execute(export::close);
        }
    }

    // ---- what waits for slaves

    @Override
    public boolean isSync() {
        return config.identity().role() == BrokerRole.SYNC_MASTER;
    }

    @Override
    public long timeoutMs() {
        return config.replication().slaveTimeoutMs();
    }

    @Override
    public boolean isSlaveThere(long end) {
        long behindMax = config.replication().behindMax();
        return links.keySet().stream().anyMatch(link -> link.isShipping() && end - link.committed() <= behindMax);
    }

    @Override
    public boolean isCopied(long end) {
        long all = Math.min(end, shipping.end()); // a segment may have begun that has no record yet
        return links.keySet().stream().anyMatch(link -> link.isShipping() && link.committed() >= all);
    }

    @Override
    public long suggested(boolean isFarBehind) {
        if (!isFarBehind || !config.replication().slaveRead()) {
            return 0;
        }
        return links.keySet().stream().filter(MasterLink::isShipping).mapToLong(MasterLink::brokerId).findFirst().orElse(0);
    }

    @Override
    public void write(JsonWriter out) {
        long end = shipping.committed();
        long behindMax = config.replication().behindMax();
        List<MasterLink> slaves = links.keySet().stream().filter(MasterLink::isAdmitted).toList();
        long inSync = slaves.stream().filter(link -> link.isShipping() && end - link.committed() <= behindMax).count();
        out.beginObject().name("master").value(true).name("masterCommitLogMaxOffset").value(end);
        out.name("inSyncSlaveNums").value(inSync).name("haConnectionInfo").beginArray();
        for (MasterLink slave : slaves) {
            long behind = Math.max(0, end - slave.committed());
            out.beginObject().name("addr").value(slave.address()).name("slaveAckOffset").value(slave.committed());
            out.name("diff").value(behind).name("inSync").value(slave.isShipping() && behind <= behindMax);
            out.name("transferredByteInSecond").value(0).name("transferFromWhere").value(slave.sent()).endObject();
        }
        out.endArray().endObject();
    }
}
