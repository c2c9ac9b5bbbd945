package io.posthorse.server;

import io.posthorse.access.Gate;
import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.GroupReplica;
import io.posthorse.broker.Shard;
import io.posthorse.broker.SlaveCopy;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.log.Batch;
import io.posthorse.nameserver.NameServer;
import io.posthorse.net.BoundPort;
import io.posthorse.net.Network;
import io.posthorse.net.Tls;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.platform.Entropy;
import io.posthorse.protocol.rocketmq.BrokerRegistration;
import io.posthorse.protocol.rocketmq.ClusterRoutes;
import io.posthorse.protocol.rocketmq.Copies;
import io.posthorse.protocol.rocketmq.RemotingProtocol;
import io.posthorse.server.Listening.Purpose;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker with its threads, its copy of the data and the protocols in front of it, and a name server beside it. It is made
 * and thrown away as a whole: once for a broker of its own, after each loss of leadership for the node of a group.
 */
final class BrokerNode {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    /** Bytes of log after which a checkpoint is taken, as a rule. */
    static final long CHECKPOINT_BYTES = 128L << 20;
    private static final int UNSENT_BYTES_MAX = 8 << 20;

    private final ServerConfig config;
    private final ProcessBrokers brokers;
    private final boolean daemon;
    private final long checkpointBytes;
    private final DiskFileStore files;
    private final Network network;
    private final DiskThread disk;
    private final DiskThread reader;
    private final DiskThread names;
    private final OnlineClients online = new OnlineClients();
    private Shard shard;
    private Tls tls;
    /** Null before the broker can serve. */
    private RemotingProtocol protocol;
    private BrokerRegistration registration;
    private Routes routes;
    private CertificateWatch certificates;
    /** Null where it is made only when this node leads. */
    private ServerOperations operations;
    /** What the nodes of the cluster share; null for a broker of its own. */
    private GroupTables tables;
    private RocketmqSettings rocketmq;
    private GrpcPort grpc;
    private OpenwirePort openwire;
    private int openwirePort = ServerConfig.OFF;
    private Gate gate;
    /** The port for slaves; null where there is none. */
    private HaPort ha;
    private Copies copies = Copies.NONE;
    private AuditLog audit;
    private int brokerPort;
    private int nameServerPort = ServerConfig.OFF;

    /** @param checkpointBytes bytes of log after which a checkpoint is taken */
    BrokerNode(ServerConfig config, DiskFileStore files, boolean daemon, long checkpointBytes) {
        this(config, files, daemon, checkpointBytes, new ProcessBrokers(config));
    }

    /** @param brokers what the brokers of this process have of each other */
    BrokerNode(
            ServerConfig config, DiskFileStore files, boolean daemon, long checkpointBytes, ProcessBrokers brokers) {
        this.config = config;
        this.brokers = brokers;
        this.daemon = daemon;
        this.checkpointBytes = checkpointBytes;
        this.files = files;
        this.network = ConnectionLimit.network(config, UNSENT_BYTES_MAX, daemon);
        SeveralBrokers.Part part = config.part();
        this.disk = new DiskThread(ConnectionLimit.name("posthorse-disk", part), network.owner());
        this.reader = new DiskThread(ConnectionLimit.name("posthorse-reader", part), network.owner());
        this.names = new DiskThread(ConnectionLimit.name("posthorse-names", part), network.owner());
    }

    /** Ends the threads; what they were doing may be lost. */
    void endThreads() {
        disk.close();
        reader.close();
        names.abandon();
        network.close();
    }

    /** Opens a data directory that belongs to no group; {@link #openPorts} must follow. */
    void open() throws IOException {
        choosePort();
        prepare(network.onOwner(() -> {
            openSettings();
            long began = Clock.system().nanos();
            boolean mayHaveSlaves = config.replication().haPort() != ServerConfig.OFF;
            MasterEpochs epochs = new MasterEpochs(files, mayHaveSlaves, Entropy.system());
            Broker broker = epochs.open(
                    files, CoreSettings.log(config), disk, core(), CoreSettings.formats(config, brokerPort));
            epochs.openedReport().forEach(line -> LOG.warn("{}{}", who(), line));
            ha = mayHaveSlaves ? new HaPort(config, network, epochs) : null;
            copies = ha == null ? copies : ha;
            LOG.info("The data directory {} was read in {} ms: {} topics, {} groups and subscriptions, a log up to position"
                    + " {}", files.place(), (Clock.system().nanos() - began) / 1_000_000, broker.topics().size(),
                    broker.subscriptions().size(), broker.tail());
            broker.openingReport().forEach(line -> LOG.warn("{}{}", who(), line));
            return broker;
        }), batch -> { });
    }

    /**
     * Opens the copy of a group's node, which takes what the group agrees on and serves nobody.
     *
     * @param group id of the group
     * @param before the copy that this node had in this process; null at its start
     * @param names gets users and rules for the node's name server; any thread
     * @param onMismatch gets the reason for which this node must not go on with its configuration
     */
    GroupReplica follow(
            UUID group, GroupReplica before, Consumer<AccessTable> names, Consumer<Throwable> onMismatch)
            throws IOException {
        choosePort();
        return network.onOwner(() -> {
            GroupReplica opened = before == null
                    ? GroupReplica.open(
                            files, CoreSettings.log(config), disk, core(), CoreSettings.formats(config, brokerPort), group)
                    : before.reopen(disk);
            tables = new GroupTables(config, opened.tables(), names, onMismatch::accept);
            return opened;
        });
    }

    /** Opens the copy of a slave, which takes its master's records; {@link #serve} must follow. */
    SlaveCopy followMaster() throws IOException {
        choosePort();
        return network.onOwner(() -> {
            openSettings();
            return SlaveCopy.open(files, CoreSettings.log(config), disk, core(), CoreSettings.formats(config, brokerPort));
        });
    }

    /** Sets what is known about other copies; call it before {@link #serve}. */
    void copies(Copies known) {
        copies = known;
    }

    /**
     * Serves clients with a broker: opens all ports.
     *
     * @param proposer gets the batches on which a leader's group has to agree
     */
    void serve(Broker broker, Consumer<Batch> proposer) throws IOException {
        prepare(broker, proposer);
        openPorts();
    }

    /** Makes what serves clients; {@link #openPorts} must follow. */
    void prepare(Broker broker, Consumer<Batch> proposer) throws IOException {
        tls = Encryption.load(config.listen().tls());
        protocol = network.onOwner(() -> wire(broker, proposer));
    }

    /** Opens all ports. */
    void openPorts() throws IOException {
        ServerConfig.Listen listen = config.listen();
        Listening ports = new Listening(config, brokers.guide());
        ports.open(network, brokerPort, Purpose.BROKER.of(config, brokerPort), tls, protocol);
        if (listen.vipPort() != ServerConfig.OFF) {
            ports.open(network, listen.vipPort(), Purpose.VIP.of(config, listen.vipPort()), tls, protocol);
        }
        if (listen.nameServerPort() != ServerConfig.OFF) {
            nameServerPort = ports.open(network, listen.nameServerPort(), Purpose.NAME_SERVER, tls, protocol);
        }
        if (ha != null) {
            ha.open(ports, tls, registration);
        }
        if (tls != null) {
            certificates = new CertificateWatch(tls, network.timers(), disk);
            certificates.start();
        }
        if (listen.openwirePort() != ServerConfig.OFF) {
            openwire = new OpenwirePort(config, rocketmq, shard, network, reader, gate);
            openwirePort = openwire.open(ports, tls);
        }
        if (listen.grpcPort() != ServerConfig.OFF) {
            openGrpc(ports);
        }
        if (config.part().isFirst()) { // whose ports are opened last
            brokers.opened(nameServerPort, grpcPort(), openwirePort);
        }
    }

    /** Opens the port; its connections are served once the library is loaded. */
    private void openGrpc(Listening ports) throws IOException {
        BoundPort bound;
        try {
            bound = ports.bind(config.listen().grpcPort(), Purpose.GRPC);
        } catch (IOException e) {
            if (config.given().containsKey(Purpose.GRPC.key())) {
                throw e;
            }
            LOG.warn("There is no gRPC; all other ports are open. {}", e.getMessage());
            return;
        }
        grpc = new GrpcPort(
                config, rocketmq, online, routes, registration::announce, shard, network, reader, names, gate,
                certificates, daemon, bound, ports.guide());
        reader.run(grpc::open, failure -> { });
    }

    /** Chooses the port now, since messages carry it. */
    private void choosePort() throws IOException {
        brokerPort = config.listen().brokerPort();
        while (brokerPort <= 0 || !brokers.choose(brokerPort)) {
            brokerPort = new Listening(config).free(Purpose.BROKER.of(config, 0));
        }
    }

    /** Returns the begin of lines about this broker in the server log: its name, unless it is the first or only one. */
    private String who() {
        return config.part().isFirst() ? "" : config.identity().brokerName() + ": ";
    }

    private void openSettings() throws IOException {
        operations = new ServerOperations(config, files, new SettingsFile(TableWriter.open(files, disk, "settings")));
    }

    private BrokerSettings core() {
        return CoreSettings.of(config, operations == null ? config : operations.config(), checkpointBytes);
    }

    private RemotingProtocol wire(Broker broker, Consumer<Batch> proposer) throws IOException {
        Clock clock = Clock.system();
        shard = new Shard(broker, clock, network.timers(), network.owner());
        shard.onProposal(proposer);
        network.onReceived(shard::received);
        OperatorNotices.from(shard, who());
        audit = new AuditLog(clock, network.timers());
        shard.audit().onNote(audit);
        broker.faults().onFault(new FaultLog());
        broker.creations().limit(config.limits().shares());
        if (tables != null) {
            operations = new ServerOperations(config, files, tables);
            shard.retention(CoreSettings.retention(operations.config().storage()));
        }
        RocketmqSettings.Live live = new RocketmqSettings.Live(RemotingSettings.choices(operations.config()));
        rocketmq = RemotingSettings.of(config, brokerPort, live);
        boolean isFirst = config.part().isFirst();
        AccessControl users =
                isFirst ? AccessSetup.open(config, tables, files, disk, clock) : brokers.follow(network);
        gate = new Gate(users, config.access().policy(), rocketmq.cluster(), TopicsAndGroups.ownTopics(rocketmq),
                name -> broker.topic(name) != null, name -> broker.subscription(name) != null);
        registration = new BrokerRegistration(
                broker, rocketmq, config.identity()::brokerId, config.identity().nameServers(), network.timers(),
                new ResolvingDialer(network, names), AccessSetup.signer(config, tables));
        NameServer nameServer = config.listen().nameServerPort() == ServerConfig.OFF ? null : brokers.nameServer(
                config, new BrokerRoutes(broker, rocketmq, config.identity().brokerId(), ha),
                new KeyValueFile(TableWriter.open(files, disk, "nameserver")));
        if (nameServer != null) {
            nameServer.onChange(audit.ofNameServer(RemotingProtocol::holder));
        }
        KnownBrokers known = new KnownBrokers(
                broker, rocketmq, config.identity().brokerId(), nameServer, brokers.othersThan(config));
        routes = isFirst ? new ClusterRoutes(rocketmq.brokerName(), known::find, registration, clock)
                : brokers.routesFor(network, known::find);
        RemotingProtocol wired = new RemotingProtocol(
                shard, clock, network.timers(), reader, Entropy.system(), rocketmq, online, operations, gate,
                isFirst ? registration : brokers.other(config), routes,
                nameServer == null ? List.of() : List.of(nameServer));
        wired.copies(copies);
        if (ha != null) {
            ha.attach(shard);
        }
        followChanges(live, wired);
        if (isFirst) {
            brokers.lead(network, users, routes);
        } else {
            brokers.other(config).follow(broker, rocketmq, network.timers(), registration);
        }
        shard.start();
        if (tables == null) {
            registration.start();
        } else {
            tables.lead(shard.tables(), config, files, disk, registration::start);
        }
        return wired;
    }

    /** Applies changes of settings, those of earlier runs first. */
    private void followChanges(RocketmqSettings.Live live, RemotingProtocol changing) {
        boolean isFirst = config.part().isFirst(); // levels are those of the process
        if (isFirst && !operations.config().logging().equals(config.logging())) {
            operations.config().logging().levels().apply(); // changed in an earlier run
        }
        operations.onChange(changed -> {
            shard.retention(CoreSettings.retention(changed.storage()));
            int before = rocketmq.permission();
            live.change(RemotingSettings.choices(changed));
            changing.settingsChanged();
            if (isFirst) {
                changed.logging().levels().apply();
            }
            if (rocketmq.permission() != before) {
                registration.permissionChanged();
            }
        });
    }

    /** Returns the port for slaves; {@link ServerConfig#OFF} where there is none. */
    int haPort() {
        return ha == null ? ServerConfig.OFF : ha.port();
    }

    ServerConfig config() {
        return config;
    }

    PortGuide guide() {
        return brokers.guide();
    }

    int brokerPort() {
        return brokerPort;
    }

    Network network() {
        return network;
    }

    BrokerRegistration registration() {
        return registration;
    }

    Shard shard() {
        return shard;
    }

    RocketmqSettings rocketmq() {
        return rocketmq;
    }

    /** Returns the thread that reads old messages; tests block it. */
    Background reader() {
        return reader;
    }

    /** Returns what consumers are served with while a copy follows. */
    FollowerReads.Parts parts() {
        return new FollowerReads.Parts(network, disk, reader, names, files, tables);
    }

    /** Returns the name of the file with the first super user's secret in the data directory; null where there is none. */
    String secretFile() throws IOException {
        return config.access().enabled() ? AccessSetup.secretFile(files) : null;
    }

    /** Returns the port of the name server; {@link ServerConfig#OFF} where there is none. */
    int nameServerPort() {
        return nameServerPort;
    }

    /** Returns the port for JMS clients; {@link ServerConfig#OFF} where there is none. */
    int openwirePort() {
        return openwirePort;
    }

    /** Returns the port for gRPC; {@link ServerConfig#OFF} where there is none. */
    int grpcPort() {
        return grpc == null ? ServerConfig.OFF : grpc.port();
    }

    /** Waits until calls are served on the port for gRPC, as {@link GrpcPort#await}. */
    void awaitGrpc() throws IOException {
        if (grpc != null) {
            grpc.await();
        }
    }

    /** Ends a start that has failed elsewhere in this process: what is open is closed as at the end. */
    void abandonStart() {
        if (protocol == null) {
            endThreads();
            return;
        }
        try {
            close();
        } catch (IOException e) {
            LOG.warn("{} could not be closed: {}", files.place(), e.getMessage());
        }
    }

    /** Stops accepting connections, and writes everything to the disk with a checkpoint. */
    void close() throws IOException {
        try {
            stopServing(() -> { });
            network.onOwner(() -> {
                shard.stop();
                return null;
            });
            endBackground();
            network.onOwner(() -> {
                shard.close();
                return null;
            });
        } finally {
            endThreads();
        }
    }

    /** Ends a copy that does not lead: takes a checkpoint and closes its files. */
    void close(GroupReplica copy) throws IOException {
        try {
            network.closeConnections(); // of readers
            endBackground();
            network.onOwner(() -> {
                copy.close();
                return null;
            });
        } finally {
            endThreads();
        }
    }

    /** Ends everything without a word on the disk, for the copy is opened anew; the task runs before connections end. */
    void discard(Runnable portsAreFree) throws IOException {
        try {
            stopServing(portsAreFree);
            network.onOwner(() -> {
                if (shard != null) {
                    shard.abandon();
                    config.logging().levels().apply(); // another node's may have changed
                }
                return null;
            });
            endBackground();
        } finally {
            endThreads();
        }
    }

    private void stopServing(Runnable portsAreFree) throws IOException {
        network.onOwner(() -> {
            if (registration != null) {
                registration.stop();
            }
            if (openwire != null) {
                openwire.stop();
            }
            return null;
        });
        if (ha != null) {
            ha.awaitSlaves(grpc);
        }
        network.stopListening();
        if (grpc != null) {
            grpc.close();
        }
        portsAreFree.run();
        network.closeConnections();
        network.onOwner(() -> {
            if (audit != null) {
                audit.close();
            }
            if (certificates != null) {
                certificates.stop();
            }
            return null;
        });
    }

    private void endBackground() {
        if (ha != null) {
            ha.close();
        }
        reader.close();
        names.abandon();
        disk.close();
    }
}
