package io.posthorse.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Calls to the other nodes of a group: over the engine's own port, and only between members. */
public interface Peers {
    /** Maximum bytes of a request or an answer. */
    int BYTES_MAX = 4 << 20;

    /**
     * Asks a node.
     *
     * @return its answer; failing with an {@link IOException} where it cannot be reached, does not answer in time, or has
     *     refused, with its reason as the message
     */
    CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request);

    /**
     * Asks a node for something that takes longer than usual. Waits also for a connection, to a node that may have been
     * started just now. Where calls have no limit of their own, it is the same as a usual one.
     *
     * @param limitMs for all of it
     */
    default CompletableFuture<ByteBuffer> ask(Member node, ByteBuffer request, long limitMs) {
        return ask(node, request);
    }

    /** The answering side. */
    interface Service {
        /**
         * Answers a request. Called on a thread of its own, which may block.
         *
         * @param from name of the node that asks
         * @throws IOException where there is no answer; its message goes to the other node
         */
        ByteBuffer answer(String from, ByteBuffer request) throws IOException;
    }
}
