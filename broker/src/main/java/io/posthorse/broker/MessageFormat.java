package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** What the broker needs to know of a protocol's native bytes: where its own numbers go. */
public interface MessageFormat {
    /** Number of the format in the log; never reused for another one. */
    byte id();

    /** Writes what only the broker knows into native bytes that begin at {@code at}. */
    void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs);

    /** Writes the position anew into native bytes that are stored elsewhere from now on. */
    default void restamp(ByteBuffer bytes, int at, long position) {}

    /**
     * The topic that a message's native bytes name, for where the record of the topic itself was damaged; null where they
     * name none.
     *
     * @param at index of the native bytes, which are so long
     */
    String topic(ByteBuffer bytes, int at, int length);

    /** Number in its topic of the partition that they name. */
    int partition(ByteBuffer bytes, int at, int length);

    /**
     * Gives the hashes of a message's keys, see {@link KeyHash}; called by several threads, so a function of nothing but
     * the bytes.
     *
     * @param at index of the native bytes, which are so long
     */
    void keys(ByteBuffer bytes, int at, int length, IntConsumer sink);

    /**
     * What handing out the message one by one depends on.
     *
     * @param at index of the native bytes, which are so long
     */
    default MessageTraits traits(ByteBuffer bytes, int at, int length) {
        return MessageTraits.STANDARD;
    }

    /**
     * The message as every protocol can say it, for readers of another one.
     *
     * @param at index of the native bytes, which are so long
     */
    PlainMessage plain(ByteBuffer bytes, int at, int length);

    /** Native bytes of this format for a message of another one; null where this format has no readers of other messages. */
    default ByteBuffer render(PlainMessage message) {
        return null;
    }
}
