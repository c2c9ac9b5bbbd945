package io.posthorse.server;

import io.posthorse.net.DialTls;
import io.posthorse.net.Network;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Background;
import io.posthorse.protocol.rocketmq.BrokerRegistration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A dialer that resolves names on a thread that may wait, and dials on the owner's. */
record ResolvingDialer(Network network, Background background) implements BrokerRegistration.Dialer {
    @Override
    public void dial(String address, SessionFactory sessions, Runnable failed) {
        dial(address, () -> null, sessions, reason -> failed.run());
    }

    /** The encryption of a connection, which may come from files. */
    interface Encryption {
        /** Returns it, null for none. Called on a thread that may wait. */
        DialTls load() throws IOException;
    }

    /** @param failed gets the reason where the name or the encryption is it; null where nobody answers */
    void dial(String address, Encryption encryption, SessionFactory sessions, Consumer<IOException> failed) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress[] resolved = new InetSocketAddress[1];
        DialTls[] tls = new DialTls[1];
        background.run(
                () -> {
                    resolved[0] = new InetSocketAddress(
                            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
                    tls[0] = encryption.load();
                },
                failure -> {
                    if (failure != null || resolved[0] == null || resolved[0].isUnresolved()) {
                        failed.accept(failure);
                    } else {
                        network.dial(resolved[0], tls[0], sessions, () -> failed.accept(null));
                    }
                });
    }
}
