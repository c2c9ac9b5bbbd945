package io.posthorse.broker.delivery;

/** A selector of messages by content. */
public interface Selector {
    /** Returns its key; selectors with equal keys select the same messages. */
    String key();

    /** Returns whether it selects the message at a position; false where the message is unreadable. */
    boolean matches(long position);
}
