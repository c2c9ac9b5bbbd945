package io.posthorse.server;

import io.posthorse.net.ForwardingTicket;
import io.posthorse.net.ForwardingTickets;
import io.posthorse.net.Network;
import io.posthorse.net.Splices;
import io.posthorse.platform.DiskThread;
import io.posthorse.platform.Entropy;
import io.posthorse.replication.Member;
import io.posthorse.server.Listening.Purpose;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports for clients of a node that does not lead: their connections go on to the leader, so that the address of any node
 * works. They are open from the start of the process on, until this node leads. Any thread may call it.
 */
final class FollowerPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerPorts.class);
    private static final long RETRY_MS = 50;
    private static final long REOPEN_MS = 1_000;
    private static final long ASK_ANEW_MS = 1_000;

    private final ServerConfig config;
    private final Finder finder;
    private final Listening ports;
    private final Splices splices;
    private final DiskThread asking;
    /** Those of other nodes while this one serves clients. */
    private final ForwardingTickets tickets = new ForwardingTickets(Entropy.system());
    private String leader;
    private boolean isAsking;
    /** Whether this node serves clients itself, or has not opened its ports again. */
    private volatile boolean isServing;
    private volatile boolean isClosed;
    /** Number of changes between leading and not. */
    private int changes;

    /** Asks nodes for their ports. */
    interface Finder {
        /**
         * Returns a node by its name, and what it answers to a request for its ports.
         *
         * @throws IOException where it is not known, does not answer, or does not serve clients yet
         */
        Found ask(String node) throws IOException;
    }

    /** A node and its answer. */
    record Found(Member node, ByteBuffer answer) {}

    FollowerPorts(ServerConfig config, Finder finder, boolean daemon) {
        this.config = config;
        this.finder = finder;
        this.ports = new Listening(config);
        this.splices = new Splices(ConnectionLimit.of(config.limits().connectionsMax(), 2, true) / 2,
                config.limits().shares(), daemon);
        this.asking = new DiskThread("posthorse-leader", splices.owner());
    }

    /**
     * Opens the ports that have numbers; one of any number is found by name servers alone, and opened by the leader.
     *
     * @throws IOException where one cannot be opened; the message says what to do
     */
    void open() throws IOException {
        if (FollowerReads.port(config) > 0) { // it is opened once this node has its copy
            ports.bind(FollowerReads.port(config), Purpose.READS).close();
        }
        openAll();
    }

    private void openAll() throws IOException {
        ServerConfig.Listen listen = config.listen();
        open(listen.brokerPort(), Purpose.BROKER, true);
        open(listen.vipPort(), Purpose.VIP, true);
        open(listen.grpcPort(), Purpose.GRPC, config.given().containsKey(Purpose.GRPC.key()));
        open(listen.openwirePort(), Purpose.JMS, config.given().containsKey(Purpose.JMS.key()));
    }

    private void open(int port, Purpose purpose, boolean mustOpen) throws IOException {
        if (port <= 0) {
            return;
        }
        try {
            ports.openForSplices(splices, port, purpose);
        } catch (IOException e) {
            if (mustOpen) {
                throw e;
            }
            LOG.warn("All other ports are open. {}", e.getMessage());
        }
    }

    /** Closes the ports, since this node leads and opens them itself, on a network that takes what others pass on. */
    synchronized void leaveTo(Network network) {
        isServing = true;
        changes++;
        splices.to(null);
        splices.stop();
        network.forwarded(tickets);
    }

    /** Returns the ports at which a broker of this node serves clients, for another node that passes connections on. */
    ByteBuffer of(BrokerNode serving, String forNode) throws IOException {
        return ClientPorts.of(config, serving, tickets.give(forNode)).encode();
    }

    /** Opens the ports again after this node has led; tries on where another process has taken one. */
    synchronized void resume() {
        if (isServing) {
            tickets.revoke();
            reopen(++changes);
        }
    }

    /** @param change number of the change that this is for: a later one makes it void */
    private synchronized void reopen(int change) {
        if (change != changes || isClosed) {
            return;
        }
        try {
            openAll();
            isServing = false;
            splices.owner().execute(this::ask);
        } catch (IOException e) {
            LOG.warn("This node cannot pass clients on to the leader, and tries again. {}", e.getMessage());
            splices.stop();
            splices.timers().after(REOPEN_MS, () -> asking.run(() -> reopen(change), failure -> { }));
        }
    }

    /** Makes what a node was given for its clients invalid: it is no member any more. */
    void removed(String node) {
        tickets.revoke(node);
    }

    /** Learns which node leads; null where none is known to. */
    void leaderIs(String name) {
        splices.owner().execute(() -> {
            if (name != null && !name.equals(leader)) {
                leader = name;
                splices.to(null);
            } // else connections to the one of before may go on as long as they do
            ask();
        });
    }

    // ---- on the thread of the connections

    private void ask() {
        String of = leader;
        if (isAsking || isServing || isClosed || of == null || of.equals(config.cluster().self().name())) {
            return;
        }
        isAsking = true;
        Target[] found = new Target[1];
        asking.run(() -> found[0] = find(of), failure -> {
            isAsking = false;
            if (failure == null && of.equals(leader)) {
                splices.to(found[0]);
            } else {
                splices.timers().after(RETRY_MS, this::ask);
            }
        });
    }

    private Target find(String name) throws IOException {
        Found found = finder.ask(name);
        ClientPorts known = ClientPorts.decode(found.answer());
        String host = known.host().isEmpty() ? found.node().host() : known.host();
        return new Target(name, known, InetAddress.getByName(host));
    }

    /** The leader, as connections are passed on to it. */
    private final class Target implements Splices.Target {
        private final String name;
        private final ClientPorts known;
        private final InetAddress host;
        private boolean hasFailed;

        Target(String name, ClientPorts known, InetAddress host) {
            this.name = name;
            this.known = known;
            this.host = host;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public InetSocketAddress address(String purpose) {
            int port = known.of(purpose);
            return port == ServerConfig.OFF ? null : new InetSocketAddress(host, port);
        }

        @Override
        public ForwardingTicket ticket() {
            return known.ticket();
        }

        /** Asks once more, a little later: the leader may have forgotten the ticket, or have begun anew. */
        @Override
        public void failed() {
            if (!hasFailed) {
                hasFailed = true;
                splices.timers().after(ASK_ANEW_MS, FollowerPorts.this::ask);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        asking.abandon();
        splices.close();
    }
}
