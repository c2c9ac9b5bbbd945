package io.posthorse.codec.rocketmq;

import java.net.InetSocketAddress;

/** The other end of one connection, as a request handler sees it. Used from the owner's thread only. */
public interface Peer {
    /** The address of ours that the peer dialled. */
    InetSocketAddress local();

    /** The address the peer dialled from. */
    InetSocketAddress remote();

    /** Sends a command to the peer, in order behind what was sent before; dropped where the connection is gone. */
    void send(Frame frame);
}
