package io.posthorse.access;

import java.net.InetAddress;

/**
 * Where a request comes from.
 *
 * @param address address of the peer
 * @param isEncrypted whether the connection is encrypted, so that others cannot read it
 */
public record Origin(InetAddress address, boolean isEncrypted) {
    /** Returns whether others can neither read nor repeat requests from there. */
    public boolean isPrivate() {
        return isEncrypted || address.isLoopbackAddress();
    }
}
