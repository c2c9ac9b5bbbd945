package io.posthorse.broker.delivery;

import java.nio.ByteBuffer;

/** Chooses messages by what is in them. */
public interface Selector {
    /** Consumers whose selectors have the same key want the same messages. */
    String key();

    /** Whether a message is wanted; native bytes in a format, from 0 to the capacity. */
    boolean matches(byte format, ByteBuffer bytes);
}
