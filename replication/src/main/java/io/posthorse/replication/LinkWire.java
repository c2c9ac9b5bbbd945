package io.posthorse.replication;

import java.nio.ByteBuffer;

/** The connection of a link, as a link needs it. */
public interface LinkWire {
    /** Sends bytes, from position to limit. */
    void send(ByteBuffer bytes);

    /** Returns whether the other side takes what it is sent. */
    boolean isWritable();

    /** Returns a digest of the master's certificate, to which the proofs are bound; empty where nothing is encrypted. */
    default byte[] binding() {
        return new byte[0];
    }

    /** Closes the connection; nothing is received any more. */
    void close();
}
