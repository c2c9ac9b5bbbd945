package io.posthorse.server;

import io.posthorse.platform.OpenFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The maximum number of connections: the configured one, or as many as the system's limit of open files leaves. */
final class ConnectionLimit {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

    private ConnectionLimit() {}

    /**
     * Returns the maximum, and warns where it is below half of the configured one.
     *
     * @param wanted {@code connections.max}
     * @param kinds kinds of ports that have that many each: remoting and JMS together, gRPC
     * @param isEmbedded whether it is part of another program, which is not to be warned
     */
    static int of(int wanted, int kinds, boolean isEmbedded) {
        long openMax = OpenFiles.max();
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
