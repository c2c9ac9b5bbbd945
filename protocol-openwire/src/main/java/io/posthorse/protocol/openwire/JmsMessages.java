package io.posthorse.protocol.openwire;

import io.posthorse.broker.Broker;
import java.nio.ByteBuffer;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.Message;

/**
 * The stored messages, decoded for JMS clients. A cache holds the last ones, since a selector and several subscribers often
 * need the same message in a row. A caller may set the fields that depend on the delivery, and must encode the message
 * before it calls this class again.
 */
final class JmsMessages {
    private static final int SLOTS = 1_024;
    /** Fibonacci hashing to ten bits: records of similar length must not share a few slots. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final int SPREAD_SHIFT = 54;
    /** Larger messages are not cached. */
    private static final int BYTES_MAX = 16 << 10;

    private final Broker broker;
    private final MessageCodec codec;
    private final long[] positions = new long[SLOTS];
    private final OutgoingDispatch[] known = new OutgoingDispatch[SLOTS];

    JmsMessages(Broker broker, MessageCodec codec) {
        this.broker = broker;
        this.codec = codec;
    }

    /** Returns the message at a position; null where it can no longer be read. */
    Message at(long position) {
        OutgoingDispatch found = outgoing(position);
        return found == null ? null : found.message();
    }

    /** Returns the same message as it is sent to consumers. */
    OutgoingDispatch outgoing(long position) {
        int slot = (int) (position * SPREAD >>> SPREAD_SHIFT);
        if (known[slot] != null && positions[slot] == position) {
            return known[slot];
        }
        ByteBuffer bytes = broker.originals().at(position);
        if (bytes == null) {
            return null;
        }
        OutgoingDispatch message;
        try {
            message = new OutgoingDispatch(of(broker.originals().formatAt(position), bytes));
        } catch (RuntimeException e) {
            return null; // the bytes are no valid message: no client can get it
        }
        if (bytes.capacity() <= BYTES_MAX) {
            known[slot] = message;
            positions[slot] = position;
        }
        return message;
    }

    /** Returns the same message as a queue shows it whose messages were sent to a topic. */
    OutgoingDispatch outgoing(long position, ActiveMQDestination queue) {
        OutgoingDispatch sent = outgoing(position);
        if (sent == null || queue == null) {
            return sent;
        }
        Message shown = sent.message().copy();
        shown.setOriginalDestination(shown.getDestination());
        shown.setDestination(queue);
        return new OutgoingDispatch(shown);
    }

    private Message of(byte format, ByteBuffer bytes) {
        return format == StoredForm.ID ? codec.read(bytes) : ForeignMessages.toJms(broker.originals().plain(format, bytes));
    }
}
