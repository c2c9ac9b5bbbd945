package io.posthorse.broker;

import java.nio.ByteBuffer;

/** A message in its producer's format, on its way into the log. */
public interface Message {
    /** Returns the length of the native bytes. */
    int length();

    /** Returns the hash that filters compare; 0 for a message without a tag. */
    int tag();

    /** Returns the format of the native bytes, see {@link MessageFormat#id}. */
    byte format();

    /** Returns the number of its keys. */
    int keys();

    /** Returns the hash of one of its keys, see {@link KeyHash}; equal to that of {@link MessageFormat#keys}. */
    int key(int i);

    /** Writes exactly {@link #length} native bytes at the buffer's position. */
    void write(ByteBuffer out);
}
