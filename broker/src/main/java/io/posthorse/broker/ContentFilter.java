package io.posthorse.broker;

import java.nio.ByteBuffer;

/** Chooses messages by what is in them. Made for one read, and used by the one thread that reads. */
public interface ContentFilter {
    /**
     * Whether the message is chosen. Its bytes are not checked yet: where they make no sense it is not chosen.
     *
     * @param bytes have the native bytes, {@code length} of them, at {@code at}; position and limit mean nothing
     */
    boolean matches(ByteBuffer bytes, int at, int length);

    /** Whether it has done so much work that the read should end here; the next one goes on. */
    boolean isSpent();
}
