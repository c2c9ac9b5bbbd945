package io.posthorse.protocol.rocketmq;

import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Which address a client is told to dial. */
public final class Addresses {
    private Addresses() {}

    /** The configured host, else the one that the client has dialled already, which it evidently can reach. */
    static InetAddress advertised(RocketmqSettings settings, InetSocketAddress dialled) {
        if (settings.advertisedHost() == null) {
            return dialled.getAddress();
        }
        try {
            return InetAddress.getByName(settings.advertisedHost());
        } catch (UnknownHostException e) {
            return dialled.getAddress();
        }
    }

    /** host:port for a route answer; an IPv6 address stands in brackets, as RocketMQ's own are. */
    public static String route(RocketmqSettings settings, InetSocketAddress dialled) {
        String host = settings.advertisedHost() != null
                ? settings.advertisedHost()
                : dialled.getAddress().getHostAddress();
        return HostPort.text(host, settings.port());
    }
}
