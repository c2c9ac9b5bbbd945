package io.posthorse.codec.rocketmq;

/** Answers requests of some codes. All calls come from one thread, the owner's; a handler needs no locks. */
public interface RequestHandler {
    /** Whether this handler answers requests of that code. */
    boolean accepts(int code);

    /**
     * Answers one request.
     *
     * @return the response, or null where none is due now (the handler sends it later through the peer)
     * @throws MalformedFrameException where the request is not what the protocol says; the caller refuses it
     */
    Frame handle(Peer peer, Frame request);

    /** The connection is gone; forget what was tied to it. */
    default void closed(Peer peer) {}
}
