package io.posthorse.net;

import io.posthorse.platform.QuotaShares;

/**
 * Limits of the network, and whether it keeps the JVM alive.
 *
 * @param connectionsMax how many connections there may be; more are closed as they come
 * @param idleSeconds a connection without traffic in either direction for so long is closed
 * @param unsentBytesMax while a peer leaves so many bytes untaken, nothing more is read from it
 * @param shares what one user and one address may have of connections and of room for requests
 * @param daemon whether the JVM may end although the owner's thread runs
 */
public record NetSettings(int connectionsMax, int idleSeconds, int unsentBytesMax, QuotaShares shares, boolean daemon) {}
