package io.posthorse.server;

import io.posthorse.broker.Shard;
import io.posthorse.broker.TopicSettings;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Background;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A name server and a broker in one process on one data directory. {@link #start} starts it, {@link #close} stops it; a JVM
 * can run several.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final ServerConfig config;
    private final DiskFileStore files;
    /** Null where this is a slave. */
    private final ServedBrokers own;
    /** Null where this is none. */
    private final SlaveNode slave;

    private Server(ServerConfig config, DiskFileStore files, ServedBrokers own, SlaveNode slave) {
        this.config = config;
        this.files = files;
        this.own = own;
        this.slave = slave;
    }

    /**
     * Starts a server that keeps the JVM alive until it is closed; when this returns, it accepts clients.
     *
     * @throws IOException where the directory or a port cannot be used; the message says why and what to do
     */
    public static Server start(ServerConfig config) throws IOException {
        return start(config, false);
    }

    /** Starts a server that does not keep the JVM alive, for an application's JVM. */
    public static Server startInside(ServerConfig config) throws IOException {
        return start(config, true);
    }

    private static Server start(ServerConfig config, boolean daemon) throws IOException {
        if (daemon && config.part().count() > 1) {
            throw new IOException("An application's JVM has one broker: leave brokers=" + config.part().count() + " out, or"
                    + " start a server of its own.");
        }
        DiskFileStore files = openDirectory(config);
        try {
            requireNoGroups(files);
            if (config.identity().role() == ServerConfig.BrokerRole.SLAVE) {
                return new Server(config, files, null, SlaveNode.start(config, files, daemon, BrokerNode.CHECKPOINT_BYTES));
            }
            return new Server(config, files, ServedBrokers.start(config, files, daemon), null);
        } catch (Throwable e) { // also after an Error, the directory must not stay locked in this process
            files.close();
            throw e;
        }
    }

    static void requireNoGroups(DiskFileStore files) throws IOException {
        if (files.list().contains("node")) {
            throw new IOException("The data directory " + files.place() + " is that of a cluster's node, and would differ"
                    + " from the other nodes' if a broker of its own wrote to it. Start it with cluster.nodes and"
                    + " cluster.node, or name another directory");
        }
    }

    static DiskFileStore openDirectory(ServerConfig config) throws IOException {
        Path directory = Path.of(config.storage().directory());
        String logs = config.logging().directory();
        DataDirectory.requireOurs(directory, logs == null ? null : Path.of(logs));
        String unserved = config.part().isFirst() ? DataDirectory.unserved(directory, config.part().count()) : null;
        DiskFileStore files = DiskFileStore.open(directory);
        if (unserved != null) {
            LOG.warn("{}", unserved);
        }
        return files;
    }

    /** Returns the broker in use: a slave's is another one after it has fetched its master's data. */
    private BrokerNode node() {
        return slave == null ? own.first() : slave.node();
    }

    /** Returns the configuration that it was started with. */
    public ServerConfig config() {
        return config;
    }

    public int brokerPort() {
        return node().brokerPort();
    }

    /** A broker of this process. */
    public record Served(String name, int port) {}

    /** Returns the brokers of this process, the first one first. */
    public List<Served> brokers() {
        return nodes().stream().map(node -> new Served(node.config().identity().brokerName(), node.brokerPort())).toList();
    }

    /** Returns what the brokers consist of; tests block their threads. */
    List<BrokerNode> nodes() {
        return slave == null ? own.all() : List.of(slave.node());
    }

    /** Returns the thread that reads old messages; tests block it. */
    Background reader() {
        return node().reader();
    }

    /** Returns the name of the file with the first super user's secret in the data directory; null where there is none. */
    public String secretFile() throws IOException {
        return node().secretFile();
    }

    /** Returns the port for slaves; {@link ServerConfig#OFF} where there is none. */
    public int haPort() {
        return node().haPort();
    }

    /** Returns the port of the name server; {@link ServerConfig#OFF} where there is none. */
    public int nameServerPort() {
        return node().nameServerPort();
    }

    /** Returns the port for JMS clients; {@link ServerConfig#OFF} where there is none. */
    public int openwirePort() {
        return node().openwirePort();
    }

    /** Returns the port for gRPC; {@link ServerConfig#OFF} where there is none. */
    public int grpcPort() {
        return node().grpcPort();
    }

    /**
     * Waits until calls are served on the port for gRPC: the operating system queues those of the first tenths of a second.
     *
     * @throws IOException where its library could not be loaded or started; all other ports are open
     */
    public void awaitGrpc() throws IOException {
        node().awaitGrpc();
    }

    /**
     * Creates a topic unless it exists.
     *
     * @throws IllegalArgumentException where the name or the number of queues is invalid
     * @throws IOException where there is no room for it
     */
    public void createTopic(String name, int queues) throws IOException {
        String problem = TopicsAndGroups.topicProblem(name);
        if (problem == null && new TopicsAndGroups(node().shard(), node().rocketmq()).systemTopics().contains(name)) {
            problem = "The topic[" + name + "] is conflict with system topic.";
        }
        int max = config.limits().queuesPerTopicMax();
        if (problem != null || queues < 1 || queues > max) {
            throw new IllegalArgumentException(problem != null ? problem
                    : "the topic " + name + " was not created: it may have 1 to " + max + " queues, not " + queues);
        }
        Shard shard = node().shard();
        boolean there = node().network().onOwner(() -> shard.broker().topic(name) != null
                || shard.broker().hasRoomForTopic()
                        && shard.turn().createOrUpdate(name, TopicSettings.of(queues)) != null);
        if (!there) {
            throw new IOException("the topic " + name + " was not created: the disk is full or has failed, or the limit"
                    + " topics.max is reached");
        }
    }

    /** Stops accepting connections, writes everything to the disk with a checkpoint, and releases the directory. */
    @Override
    public void close() throws IOException {
        try {
            if (slave != null) {
                slave.close();
            } else {
                own.close();
            }
        } finally {
            files.close();
        }
    }
}
