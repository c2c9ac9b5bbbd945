package io.posthorse.access;

import java.net.InetAddress;

/**
 * Where requests come from.
 *
 * @param address the peer's
 * @param isEncrypted whether nobody else can read them on their way
 */
public record Origin(InetAddress address, boolean isEncrypted) {
    /** Whether nobody else can read what comes from there, and so nobody else can repeat it. */
    public boolean isPrivate() {
        return isEncrypted || address.isLoopbackAddress();
    }
}
