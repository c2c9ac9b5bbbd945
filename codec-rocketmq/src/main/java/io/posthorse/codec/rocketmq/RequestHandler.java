package io.posthorse.codec.rocketmq;

/** Answers requests with certain codes. All calls are made on the owner's thread; a handler needs no locks. */
public interface RequestHandler {
    /** Returns whether this handler answers requests with that code. */
    boolean accepts(int code);

    /**
     * Answers one request.
     *
     * @return the response, or null where there is none now (the handler may send it later through the peer)
     * @throws MalformedFrameException where the request violates the protocol; the caller refuses it
     */
    Frame handle(Peer peer, Frame request);

    /** Drops everything that belongs to a closed connection. */
    default void closed(Peer peer) {}
}
