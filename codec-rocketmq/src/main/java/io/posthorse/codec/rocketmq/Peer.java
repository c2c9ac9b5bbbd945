package io.posthorse.codec.rocketmq;

import java.net.InetSocketAddress;

/** The other end of a connection, as request handlers see it. Used on the owner's thread only. */
public interface Peer {
    /** Returns the local address to which the peer connected. */
    InetSocketAddress local();

    /** Returns the address from which the peer connected. */
    InetSocketAddress remote();

    /** Sends a command to the peer, in the order of the calls; drops it where the connection is closed. */
    void send(Frame frame);

    /** Sends the response to a request, unless that is one-way. */
    default void answer(Frame request, Frame response) {
        if (!request.isOneWay()) {
            send(response);
        }
    }
}
