package io.posthorse.server;

import io.posthorse.net.Network;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Background;
import io.posthorse.protocol.rocketmq.BrokerRegistration;
import java.net.InetSocketAddress;

/** A dialer that resolves names on a thread that may wait, and dials on the owner's. */
record ResolvingDialer(Network network, Background background) implements BrokerRegistration.Dialer {
    @Override
    public void dial(String address, SessionFactory sessions, Runnable failed) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress[] resolved = new InetSocketAddress[1];
        background.run(
                () -> resolved[0] = new InetSocketAddress(
                        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                failure -> {
                    if (failure != null || resolved[0] == null || resolved[0].isUnresolved()) {
                        failed.run();
                    } else {
                        network.dial(resolved[0], sessions, failed);
                    }
                });
    }
}
