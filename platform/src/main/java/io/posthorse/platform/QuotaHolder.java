package io.posthorse.platform;

import java.net.InetAddress;

/**
 * A holder of places in a {@link Quota}.
 *
 * @param user name of the user, empty where users do not log in
 * @param address address of the connection
 */
public record QuotaHolder(String user, InetAddress address) {
    /** Returns the network by which the holder's address counts; see {@link PeerNetwork}. */
    public InetAddress network() {
        return PeerNetwork.of(address);
    }
}
