package io.posthorse.log;

import java.nio.ByteBuffer;

/** Takes the records of the log, in order, when a data directory is opened. */
public interface Replay {
    /**
     * One record; {@code bytes} is read by absolute index and belongs to the caller.
     *
     * @param at index of the record's first byte
     */
    void record(ByteBuffer bytes, int at, long position, int length);

    /** A range of the log is damaged; what stood there is not known but for what {@link #rotten} is told. */
    default void damaged() {}

    /**
     * A record that has rotted, though it can be made out where it stood. Any of its bytes may be wrong.
     *
     * @param placed whether it still says its own position
     * @return whether it is known what was in it: no message, or a message that is gone, whose offset is not given out again
     */
    default boolean rotten(ByteBuffer bytes, int at, boolean placed) {
        return false;
    }
}
