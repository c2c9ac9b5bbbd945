package io.posthorse.protocol.openwire;

import io.posthorse.broker.Broker;
import java.nio.ByteBuffer;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.Message;

/**
 * Stored messages as JMS clients get them. The last ones are remembered, for the same message is often wanted by a
 * selector and several subscribers in a row. Whoever gets one may set what depends on the delivery, and must have written
 * it before the next one is asked for.
 */
final class JmsMessages {
    private static final int SLOTS = 1_024;
    /** Fibonacci hashing to ten bits: records of like length must not meet in few slots. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final int SPREAD_SHIFT = 54;
    /** Larger messages are not remembered. */
    private static final int BYTES_MAX = 16 << 10;

    private final Broker broker;
    private final MessageCodec codec;
    private final long[] positions = new long[SLOTS];
    private final OutgoingDispatch[] known = new OutgoingDispatch[SLOTS];

    JmsMessages(Broker broker, MessageCodec codec) {
        this.broker = broker;
        this.codec = codec;
    }

    /** The message whose record stands at a position; null where it cannot be read any more. */
    Message at(long position) {
        OutgoingDispatch found = outgoing(position);
        return found == null ? null : found.message();
    }

    /** The same, to be sent. */
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
            return null; // nobody can be shown what makes no sense
        }
        if (bytes.capacity() <= BYTES_MAX) {
            known[slot] = message;
            positions[slot] = position;
        }
        return message;
    }

    /** The same as a queue has it whose messages were sent to a topic. */
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
