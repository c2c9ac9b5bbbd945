package io.posthorse.protocol.rocketmq;

import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** The address that clients are told to connect to. */
public final class Addresses {
    private Addresses() {}

    /** Returns the configured host, or else the address that the client connected to, which it evidently can reach. */
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

    /** Returns host:port for a route answer; an IPv6 address is in brackets, as in RocketMQ's routes. */
    public static String route(RocketmqSettings settings, InetSocketAddress dialled) {
        return at(settings, dialled, settings.port());
    }

    /** Returns the same with another port. */
    public static String at(RocketmqSettings settings, InetSocketAddress dialled, int port) {
        String host = settings.advertisedHost() != null
                ? settings.advertisedHost()
                : dialled.getAddress().getHostAddress();
        return HostPort.text(host, port);
    }
}
