package io.posthorse.protocol.openwire;

import io.posthorse.broker.Broker;
import java.nio.ByteBuffer;
import org.apache.activemq.command.Message;

/**
 * Stored messages as JMS clients get them. The last ones are remembered, for the same message is often wanted by a
 * selector and several subscribers in a row. Whoever gets one may set what depends on the delivery, and must have written
 * it before the next one is asked for.
 */
final class JmsMessages {
    private static final int SLOTS = 64;

    private final Broker broker;
    private final MessageCodec codec;
    private final long[] positions = new long[SLOTS];
    private final Message[] known = new Message[SLOTS];

    JmsMessages(Broker broker, MessageCodec codec) {
        this.broker = broker;
        this.codec = codec;
    }

    /** The message whose record stands at a position; null where it cannot be read any more. */
    Message at(long position) {
        int slot = (int) (position >>> 3) & SLOTS - 1;
        if (known[slot] != null && positions[slot] == position) {
            return known[slot];
        }
        ByteBuffer bytes = broker.rawAt(position);
        if (bytes == null) {
            return null;
        }
        Message message = of(broker.formatAt(position), bytes);
        known[slot] = message;
        positions[slot] = position;
        return message;
    }

    private Message of(byte format, ByteBuffer bytes) {
        return format == StoredForm.ID ? codec.read(bytes) : ForeignMessages.toJms(broker.plainOf(format, bytes));
    }
}
