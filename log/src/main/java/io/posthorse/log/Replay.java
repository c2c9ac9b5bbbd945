package io.posthorse.log;

import java.nio.ByteBuffer;

/** A receiver of the log's records, in order, when a data directory is opened. */
public interface Replay {
    /**
     * Takes one record. {@code bytes} is read by absolute index and belongs to the caller.
     *
     * @param at index of the record's first byte
     */
    void record(ByteBuffer bytes, int at, long position, int length);

    /**
     * Reports that a range of the log is damaged. Its contents are unknown except for the records passed to
     * {@link #rotten}.
     */
    default void damaged() {}

    /**
     * Takes a rotten record whose bounds are known. Any of its bytes may be wrong.
     *
     * @param placed whether its position field is intact
     * @return whether its contents are known: no message, or a lost message whose offset is not used again
     */
    default boolean rotten(ByteBuffer bytes, int at, boolean placed) {
        return false;
    }
}
