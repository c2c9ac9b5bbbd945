package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntConsumer;

/** The broker's view of a protocol's native bytes: it knows where its own numbers go. */
public interface MessageFormat {
    /** Returns the number of the format in the log; no other format ever has it. */
    byte id();

    /** Writes offset, position and time into native bytes that begin at {@code at}. */
    void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs);

    /** Writes the new position into native bytes that were stored again. */
    default void restamp(ByteBuffer bytes, int at, long position) {}

    /**
     * Returns the topic in a message's native bytes, for recovery where the record of the topic is damaged; null where they
     * name none.
     *
     * @param at index of the native bytes
     */
    String topic(ByteBuffer bytes, int at, int length);

    /** Returns the number in its topic of the partition that they name. */
    int partition(ByteBuffer bytes, int at, int length);

    /**
     * Passes the hashes of a message's keys to {@code sink}, see {@link KeyHash}. Several threads call it, so it must
     * depend on nothing but the bytes.
     *
     * @param at index of the native bytes
     */
    void keys(ByteBuffer bytes, int at, int length, IntConsumer sink);

    /**
     * Returns the traits of a message.
     *
     * @param at index of the native bytes
     */
    default MessageTraits traits(ByteBuffer bytes, int at, int length) {
        return MessageTraits.STANDARD;
    }

    /**
     * Returns the message in the common form of all protocols, for readers of another one.
     *
     * @param at index of the native bytes
     */
    PlainMessage plain(ByteBuffer bytes, int at, int length);

    /**
     * Returns native bytes of this format for a message of another one; null where no reader of this format gets such
     * messages.
     */
    default ByteBuffer render(PlainMessage message) {
        return null;
    }

    /** Returns the formats by their ids; null where no format has the id. */
    static MessageFormat[] byId(List<MessageFormat> formats) {
        MessageFormat[] byId = new MessageFormat[128];
        formats.forEach(format -> byId[format.id()] = format);
        return byId;
    }
}
