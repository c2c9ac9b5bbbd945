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
 */
public record NetSettings(int connectionsMax, int idleSeconds, int unsentBytesMax, QuotaShares shares, boolean daemon) {}
