package io.posthorse.server;

import io.posthorse.access.Gate;
import io.posthorse.auth.AccessControl;
import io.posthorse.broker.Broker;
import io.posthorse.broker.GroupReplica;
import io.posthorse.broker.Shard;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.net.Network;
import io.posthorse.net.Tls;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.Entropy;
import io.posthorse.protocol.rocketmq.BrokerRegistration;
import io.posthorse.protocol.rocketmq.ClusterRoutes;
import io.posthorse.protocol.rocketmq.RemotingProtocol;
import io.posthorse.server.Listening.Purpose;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocketMQ consumers at a node that follows ({@code slaveReadEnable}): they read what the cluster has agreed on, as at a
 * slave of RocketMQ, while sends, offsets and changes are the leader's. The node is registered under the leader's broker
 * name with an id of its own.
 */
final class FollowerReads {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerReads.class);

    private static final int PORT_MAX = 65_535;

    private final ServerConfig config;
    private final Parts node;
    private final GroupReplica copy;
    private final long id;
    private final FollowerCopies copies;
    private final Clock clock = Clock.system();
    /** Null before {@link #open}, like the next three. */
    private RemotingProtocol protocol;
    private Shard shard;
    private BrokerRegistration registration;
    private AuditLog audit;
    /** Null where nothing is encrypted. */
    private volatile CertificateWatch certificates;
    private boolean isOver;
    private volatile int port;

    /**
     * The parts of a node that serve.
     *
     * @param reader reads old messages
     * @param names looks names up
     * @param tables what the nodes of the cluster share
     */
    record Parts(
            Network network, Background disk, Background reader, Background names, DiskFileStore files,
            GroupTables tables) {}

    /**
     * @param leader supplies the name of the node that leads; null where none is known to
     */
    FollowerReads(
            ServerConfig config, Parts node, GroupReplica copy, Supplier<String> leader) {
        this.config = config;
        this.node = node;
        this.copy = copy;
        this.id = id(config.cluster().name());
        this.copies = new FollowerCopies(copy, id, leader);
    }

    /**
     * Returns the id of a node under its broker's name while it follows. It depends on the name alone, so that no other node
     * has it when members change.
     */
    static long id(String node) {
        CRC32 crc = new CRC32();
        crc.update(node.getBytes(StandardCharsets.UTF_8));
        return 1 + (crc.getValue() & 0x7FFF_FFFE);
    }

    /**
     * Returns the port: the one behind the broker's, where connections go on to the leader; 0 for any free one, and
     * {@link ServerConfig#OFF} where consumers are not served.
     */
    static int port(ServerConfig config) {
        int broker = config.listen().brokerPort();
        return !config.replication().slaveRead() ? ServerConfig.OFF : broker == 0 ? 0 : Math.min(broker + 1, PORT_MAX);
    }

    /**
     * Opens the port for remoting clients; does nothing once this node begins to lead. It may be tried again.
     *
     * @throws IOException where the port cannot be opened; the message says what to do
     */
    void open() throws IOException {
        Tls tls = Encryption.load(config.listen().tls());
        boolean isWired = node.network().onOwner(this::wire);
        if (!isWired) {
            return;
        }
        Listening ports = new Listening(config);
        ports.open(node.network(), port, Purpose.READS, tls, protocol);
        ports.guide().opened(
                new PortGuide.Ports(List.of(port), ServerConfig.OFF, ServerConfig.OFF, ServerConfig.OFF));
        if (tls != null) {
            certificates = new CertificateWatch(tls, node.network().timers(), node.disk());
            certificates.start();
        }
        LOG.info("This node serves consumers with what it has, on port {} (slaveReadEnable).", port);
    }

    /** Returns whether consumers are to be served. */
    private boolean wire() throws IOException {
        if (isOver || protocol != null) {
            return !isOver;
        }
        int wanted = port(config);
        port = wanted > 0 ? wanted : new Listening(config).free(Purpose.READS);
        GroupTables tables = node.tables();
        AccessControl users = AccessSetup.open(config, tables, node.files(), node.disk(), clock);
        Broker broker = copy.reader();
        shard = new Shard(broker, clock, node.network().timers(), node.network().owner());
        node.network().onReceived(shard::received);
        audit = new AuditLog(clock, node.network().timers());
        shard.audit().onNote(audit);
        broker.faults().onFault(new FaultLog());
        ServerOperations operations = new ServerOperations(config, node.files(), tables);
        RocketmqSettings.Live live = new RocketmqSettings.Live(RemotingSettings.choices(operations.config()));
        RocketmqSettings settings = RemotingSettings.of(config, port, live);
        Gate gate = new Gate(
                users, config.access().policy(), settings.cluster(), TopicsAndGroups.ownTopics(settings),
                name -> broker.topic(name) != null, name -> broker.subscription(name) != null);
        registration = new BrokerRegistration(
                broker, settings, () -> id, config.identity().nameServers(), node.network().timers(),
                new ResolvingDialer(node.network(), node.names()), AccessSetup.signer(config, tables));
        KnownBrokers known = new KnownBrokers(broker, settings, id, null, List.of());
        ClusterRoutes routes = new ClusterRoutes(settings.brokerName(), known::find, registration, clock);
        protocol = new RemotingProtocol(
                shard, clock, node.network().timers(), node.reader(), Entropy.system(), settings, new OnlineClients(),
                operations, gate, registration, routes, List.of());
        protocol.copies(copies);
        operations.onChange(changed -> live.change(RemotingSettings.choices(changed)));
        shard.start();
        registration.start();
        return true;
    }

    Network network() {
        return node.network();
    }

    /** Ends, since this node leads from now on: nothing that clients ask for is done any more. On the owner's thread. */
    void end() {
        if (isOver) {
            return;
        }
        isOver = true;
        if (shard != null) { // also where the rest could not be made
            shard.abandon();
        }
        if (protocol != null) {
            registration.stop();
            audit.close();
        }
        if (certificates != null) {
            certificates.stop();
        }
    }

    /** Closes the port and its connections, after {@link #end}; not on the owner's thread. */
    void close() {
        node.network().closeConnections();
    }
}
