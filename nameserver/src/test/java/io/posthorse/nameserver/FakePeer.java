package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A connection whose client connected to the given host. */
record FakePeer(String dialled, int id, List<Frame> sent) implements Peer {
    FakePeer(String dialled, int id) {
        this(dialled, id, new ArrayList<>());
    }

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
        sent.add(frame);
    }
}
