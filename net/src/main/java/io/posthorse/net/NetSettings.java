package io.posthorse.net;

import io.posthorse.platform.QuotaShares;

/**
 * Limits of the network, and whether it keeps the JVM alive.
 *
 * @param connectionsMax maximum number of connections; further ones are closed at once
 * @param idleSeconds seconds without traffic in either direction after which a connection is closed
 * @param unsentBytesMax bytes that a peer has not taken above which reading from it stops
 * @param shares shares of one user and one address in connections and in memory for requests
 * @param daemon whether the JVM may end although the owner's thread runs
 * @param owner name of the owner's thread
 * @param heapBytes part of the heap that is for this network
 */
public record NetSettings(
        int connectionsMax, int idleSeconds, int unsentBytesMax, QuotaShares shares, boolean daemon, String owner,
        long heapBytes) {
    /** Name of the owner's thread in a process with one. */
    public static final String OWNER = "posthorse-owner";

    /** Creates the limits of a network that has the heap alone. */
    public NetSettings(int connectionsMax, int idleSeconds, int unsentBytesMax, QuotaShares shares, boolean daemon) {
        this(connectionsMax, idleSeconds, unsentBytesMax, shares, daemon, OWNER, Runtime.getRuntime().maxMemory());
    }
}
