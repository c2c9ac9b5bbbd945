package io.posthorse.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The network of a peer, by which limits count: a host can use all addresses of an IPv6 network of 64 bits. */
public final class PeerNetwork {
    private static final int IPV4_BYTES = 4;
    private static final int PREFIX_BYTES = 8;

    private PeerNetwork() {}

    /** Returns an IPv4 or loopback address itself; of an IPv6 address the first 64 bits, the others being zero. */
    public static InetAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == IPV4_BYTES || address.isLoopbackAddress()) {
            return address;
        }
        Arrays.fill(bytes, PREFIX_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // cannot happen: the length is that of an address
        }
    }
}
