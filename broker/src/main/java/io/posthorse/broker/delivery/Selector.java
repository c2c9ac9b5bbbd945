package io.posthorse.broker.delivery;

/** Chooses messages by what is in them. */
public interface Selector {
    /** Consumers whose selectors have the same key want the same messages. */
    String key();

    /** Whether the message is wanted whose record stands at a position; false where it cannot be read. */
    boolean matches(long position);
}
