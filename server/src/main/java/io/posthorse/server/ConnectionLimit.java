package io.posthorse.server;

import io.posthorse.net.NetSettings;
import io.posthorse.net.Network;
import io.posthorse.platform.Clock;
import io.posthorse.platform.OpenFiles;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The maximum number of connections: the configured one, or as many as the system's limit of open files leaves. */
final class ConnectionLimit {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

    private static final int FILES_OF_A_LOG = 64;

    private ConnectionLimit() {}

    /** Returns an event loop for a broker with the limits of its configuration. */
    static Network network(ServerConfig config, int unsentBytesMax, boolean daemon) {
        ServerConfig.Limits limits = config.limits();
        SeveralBrokers.Part part = config.part();
        int all = of(limits.connectionsMax(), 2, daemon || !part.isFirst(), part.count());
        return new Network(
                new NetSettings(
                        part.connections(all), (int) (limits.connectionIdleMs() / 1000), unsentBytesMax, limits.shares(),
                        daemon, name(NetSettings.OWNER, part),
                        part.bytes(Runtime.getRuntime().maxMemory(), 1)),
                Clock.system());
    }

    /** Returns the name of a broker's thread: all but the first have their number in it. */
    static String name(String thread, SeveralBrokers.Part part) {
        return part.isFirst() ? thread : thread + "-" + part.number();
    }

    /**
     * Returns the maximum, and warns where it is below half of the configured one.
     *
     * @param wanted {@code connections.max}
     * @param kinds kinds of ports that have that many each: remoting and JMS together, gRPC
     * @param isEmbedded whether it is part of another program, which is not to be warned
     */
    static int of(int wanted, int kinds, boolean isEmbedded) {
        return of(wanted, kinds, isEmbedded, 1);
    }

    private static int of(int wanted, int kinds, boolean isEmbedded, int brokers) {
        long openMax = OpenFiles.max() - (long) FILES_OF_A_LOG * (brokers - 1);
        int connections = OpenFiles.connections(wanted, kinds, openMax);
        if (connections < wanted / 2 && !isEmbedded) {
            LOG.warn("This process may have {} open files, too few for connections.max={}: {}{} connections are accepted, so"
                    + " that the log can always open its next file. Raise the limit (ulimit -n; LimitNOFILE in a systemd"
                    + " unit) to {}.", openMax, wanted, kinds == 1 ? "" : "on gRPC's port and on all others ", connections,
                    (long) wanted * kinds + OpenFiles.RESERVE);
        }
        return connections;
    }
}
