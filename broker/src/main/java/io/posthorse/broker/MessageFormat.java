package io.posthorse.broker;

import java.nio.ByteBuffer;

/** What the broker needs to know of a protocol's native bytes: where its own numbers go. */
public interface MessageFormat {
    /** Number of the format in the log; never reused for another one. */
    byte id();

    /** Writes what only the broker knows into native bytes that begin at {@code at}. */
    void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs);
}
