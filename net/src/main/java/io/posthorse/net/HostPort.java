package io.posthorse.net;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Formats addresses as texts that are valid in a URL too. */
public final class HostPort {
    private HostPort() {}

    /** Returns {@code host:port}, with an IPv6 address in brackets. */
    public static String text(String host, int port) {
        return host(host) + ":" + port;
    }

    /** Returns the port of an address, or 0 where it has none. */
    static int portOf(SocketAddress address) {
        return address instanceof InetSocketAddress known ? known.getPort() : 0;
    }

    /** Returns the host, an IPv6 address in brackets and without its zone. */
    public static String host(String host) {
        if (host.indexOf(':') < 0 || host.startsWith("[")) {
            return host;
        }
        int zone = host.indexOf('%');
        return "[" + (zone < 0 ? host : host.substring(0, zone)) + "]";
    }
}
