package io.posthorse.broker;

import java.nio.ByteBuffer;

/** A filter of messages by content. It is made for one read, and used by one thread. */
public interface ContentFilter {
    /**
     * Returns whether the message matches. Its bytes are unchecked: a malformed message does not match.
     *
     * @param bytes buffer with {@code length} native bytes at index {@code at}; its position and limit have no meaning
     */
    boolean matches(ByteBuffer bytes, int at, int length);

    /** Returns whether it has done so much work that the read should end here; the next read continues. */
    boolean isSpent();
}
