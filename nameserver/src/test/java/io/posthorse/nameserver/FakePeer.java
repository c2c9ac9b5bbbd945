package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import java.net.InetSocketAddress;

/** A connection that dialled the given host. */
record FakePeer(String dialled, int id) implements Peer {
    @Override
    public InetSocketAddress local() {
        return InetSocketAddress.createUnresolved(dialled, 9876);
    }

    @Override
    public InetSocketAddress remote() {
        return InetSocketAddress.createUnresolved("client", 40_000 + id);
    }

    @Override
    public void send(Frame frame) {
        throw new AssertionError("the name server sends nothing by itself");
    }
}
