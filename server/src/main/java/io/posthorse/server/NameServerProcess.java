package io.posthorse.server;

import io.posthorse.access.Gate;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.HandedUsers;
import io.posthorse.auth.SharedUsers;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.nameserver.LiveSetting;
import io.posthorse.nameserver.NameServer;
import io.posthorse.nameserver.NameServerLimits;
import io.posthorse.net.NetSettings;
import io.posthorse.net.Network;
import io.posthorse.net.Tls;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.protocol.rocketmq.NameServerGate;
import io.posthorse.server.config.LogLevels;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A name server without a broker. Routes are registered by brokers and end with the process; only the key-value
 * configuration is stored, in the data directory. Started by {@link #start}, stopped by {@link #close}.
 */
public final class NameServerProcess implements AutoCloseable {
    private static final int UNSENT_BYTES_MAX = 32 << 20;

    private final ServerConfig config;
    private final DiskFileStore files;
    private final Network network;
    private final DiskThread disk;
    /** The cluster of which this is a node's name server; null for none. */
    private final ClusterRequests.Cluster cluster;
    /** Waits for other nodes of the cluster. */
    private final DiskThread waiting;
    private CertificateWatch certificates;
    /** Users and rules of the cluster; null without access control. */
    private final HandedUsers users;
    private AuditLog audit;
    private int port;

    private NameServerProcess(ServerConfig config, DiskFileStore files, ClusterRequests.Cluster cluster) {
        this.config = config;
        this.cluster = cluster;
        this.users = cluster == null || !config.access().enabled() ? null : new HandedUsers();
        this.files = files;
        ServerConfig.Limits limits = config.limits();
        this.network = new Network(
                new NetSettings(
                        ConnectionLimit.of(limits.connectionsMax(), 1, false), (int) (limits.connectionIdleMs() / 1000),
                        UNSENT_BYTES_MAX, limits.shares(), false),
                Clock.system());
        this.disk = new DiskThread("posthorse-disk", network.owner());
        this.waiting = new DiskThread("posthorse-cluster-requests", network.owner());
    }

    /**
     * Starts a name server; when this returns, it accepts registrations.
     *
     * @throws IOException where the directory or the port cannot be used; the message says why and what to do
     */
    public static NameServerProcess start(ServerConfig config) throws IOException {
        return start(config, null);
    }

    /**
     * Starts the name server of a cluster's node, which answers also what the command line asks about the cluster.
     */
    static NameServerProcess start(ServerConfig config, ClusterRequests.Cluster cluster) throws IOException {
        DiskFileStore files = DiskFileStore.open(Path.of(config.storage().directory()));
        NameServerProcess started = null;
        try {
            started = new NameServerProcess(config, files, cluster);
            started.open();
            return started;
        } catch (Throwable e) { // also an Error must not keep the directory locked in a process that goes on
            if (started != null) {
                started.endThreads();
            }
            files.close();
            throw e;
        }
    }

    private void open() throws IOException {
        ServerConfig.Listen listen = config.listen();
        Tls tls = Encryption.load(listen.tls());
        RequestHandler handler = network.onOwner(this::handler);
        NameServerGate gate = users == null ? null : network.onOwner(this::gate);
        Listening ports = new Listening(config);
        port = ports.open(
                network, listen.nameServerPort(),
                cluster == null ? Listening.Purpose.NAME_SERVER_ALONE : Listening.Purpose.NAME_SERVER, tls,
                connection -> new NameServerSession(handler, connection, gate));
        ports.guide().opened(new PortGuide.Ports(List.of(), port, ServerConfig.OFF, ServerConfig.OFF));
        if (tls != null) {
            certificates = new CertificateWatch(tls, network.timers(), disk);
            certificates.start();
        }
    }

    private NameServerGate gate() throws IOException {
        ServerConfig.Identity own = config.identity();
        Gate gate = new Gate(
                AccessSetup.open(config, users, Clock.system()), config.access().policy(), own.cluster(),
                TopicsAndGroups.ownTopics(own.cluster(), own.brokerName()), topic -> false, group -> false);
        return new NameServerGate(gate, own.brokerName(), SharedUsers.NODE);
    }

    /** Takes the users and rules that are in force from now on. Any thread may call it. */
    void users(AccessTable table) {
        if (users != null) {
            network.owner().execute(() -> users.hand(table));
        }
    }

    private RequestHandler handler() throws IOException {
        NameServer nameServer = nameServer();
        return cluster == null ? nameServer
                : new Handlers(nameServer, new ClusterRequests(cluster, waiting, Clock.system(), users != null));
    }

    /** Two handlers as one. */
    private record Handlers(RequestHandler first, RequestHandler second) implements RequestHandler {
        @Override
        public boolean accepts(int code) {
            return first.accepts(code) || second.accepts(code);
        }

        @Override
        public Frame handle(Peer peer, Frame request) {
            return (second.accepts(request.code()) ? second : first).handle(peer, request);
        }

        @Override
        public void closed(Peer peer) {
            first.closed(peer);
            second.closed(peer);
        }
    }

    private NameServer nameServer() throws IOException {
        Clock clock = Clock.system();
        NameServer created = new NameServer(
                () -> clock.nanos() / 1_000_000,
                List.of(),
                new KeyValueFile(TableWriter.open(files, disk, "nameserver")),
                Map.of("listenPort", Integer.toString(config.listen().nameServerPort())),
                NameServerLimits.STANDARD);
        audit = new AuditLog(clock, network.timers());
        created.onChange(audit.ofNameServer(peer -> new QuotaHolder(
                peer instanceof NameServerSession session ? session.user() : "", peer.remote().getAddress())));
        created.live(new LiveSetting(
                LogLevels.KEY, config.given().getOrDefault(LogLevels.KEY, LogLevels.STANDARD), LogLevels::remoteProblem,
                text -> LogLevels.of(text).apply()));
        return created;
    }

    /** Returns the configuration that it was started with. */
    public ServerConfig config() {
        return config;
    }

    /** Returns the port on which it listens. */
    public int port() {
        return port;
    }

    /** Stops accepting connections, waits for a write in progress, and releases the directory. */
    @Override
    public void close() throws IOException {
        try {
            network.closeConnections();
            network.onOwner(() -> {
                audit.close();
                if (certificates != null) {
                    certificates.stop();
                }
                return null;
            });
        } finally {
            endThreads();
            files.close();
        }
    }

    private void endThreads() {
        waiting.abandon();
        disk.close();
        network.close();
    }
}
