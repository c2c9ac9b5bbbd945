package io.posthorse.broker;

import java.nio.ByteBuffer;

/** A message as its producer's protocol lays it out, on its way into the log. */
public interface Message {
    /** Length of the native bytes. */
    int length();

    /** Hash that filters compare; 0 for a message without a tag. */
    int tag();

    /** Format of the native bytes, see {@link MessageFormat#id}. */
    byte format();

    /** How many keys it is found by. */
    int keys();

    /** The hash of one of its keys, see {@link KeyHash}; the same that {@link MessageFormat#keys} gives. */
    int key(int i);

    /** Puts exactly {@link #length} native bytes at the buffer's position. */
    void write(ByteBuffer out);
}
