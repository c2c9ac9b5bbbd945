package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.CommandTypes;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;

/**
 * A message on its way to one or many consumers: the part that is the same for all is encoded once, for the first one. A
 * MessageDispatch in OpenWire's plain encoding of version 12 is, big endian:
 *
 * <pre>
 *   u8 21, u32 0, u8 0
 *   consumer id                                         the consumer's
 *   destination, message                                the same for all, but in the message, counted
 *     from its beginning, behind the message's own id:  u64  number among the consumer's messages
 *     from its end:                                -9   u64  time at which it leaves, ms since 1970
 *                                                  -1   u8   whether it is the first of its group for the consumer
 *   u32 how often it was handed out before
 * </pre>
 */
final class OutgoingDispatch {
    private static final int HEAD = 6;
    private static final int REDELIVERIES = 4;
    private static final int FIRST = REDELIVERIES + 1;
    private static final int OUT_TIME = FIRST + 8;
    private static final int BASE_COMMAND = 5;
    private static final int LARGE = 1 << 20;

    private final Message message;
    private final Key key;
    private final int size;
    private byte[] shared;
    private int numberAt;

    /** The key by which an acknowledgement names a message. */
    record Key(MessageId id, ActiveMQDestination destination) {}

    /**
     * The fields that depend on the consumer.
     *
     * @param position position of the message in the log. Clients know it as the broker sequence id, and report the
     *     greatest that they have delivered when they close
     * @param before number of earlier deliveries, to any consumer
     * @param first whether it is the first of its group for this consumer
     * @param timeMs present time, ms since 1970
     */
    record Circumstances(long position, int before, boolean first, long timeMs) {}

    OutgoingDispatch(Message message) {
        this.message = message;
        this.key = new Key(message.getMessageId(), message.getDestination());
        this.size = message.getSize();
    }

    Message message() {
        return message;
    }

    Key key() {
        return key;
    }

    /** Returns whether its fields end as the table says: those of a message that refers to a file do not. */
    boolean isOfUsualForm() {
        return message.getDataStructureType() != CommandTypes.ACTIVEMQ_BLOB_MESSAGE;
    }

    /** Returns whether it is too large to keep a copy: it is encoded into the buffer that is sent. */
    boolean isLarge() {
        return size > LARGE;
    }

    /** Returns its approximate length in bytes. */
    int size() {
        return size;
    }

    /** Returns the command as an object, for clients of other versions; valid until the next call. */
    MessageDispatch dispatch(ConsumerId consumer, Circumstances circumstances) {
        message.setRedeliveryCounter(circumstances.before);
        message.setJMSXGroupFirstForConsumer(circumstances.first);
        message.getMessageId().setBrokerSequenceId(circumstances.position);
        message.setBrokerOutTime(circumstances.timeMs);
        MessageDispatch dispatch = new MessageDispatch();
        dispatch.setConsumerId(consumer);
        dispatch.setDestination(message.getDestination());
        dispatch.setMessage(message);
        dispatch.setRedeliveryCounter(circumstances.before);
        return dispatch;
    }

    /**
     * Appends the frame of the command.
     *
     * @param consumer encoded id of the consumer
     */
    void put(MessageCodec codec, byte[] consumer, Circumstances circumstances, ByteBuf out) throws IOException {
        if (shared == null) {
            encode(codec);
        }
        int length = HEAD + consumer.length + shared.length + REDELIVERIES;
        out.writeInt(length).writeByte(MessageDispatch.DATA_STRUCTURE_TYPE).writeInt(0).writeByte(0);
        out.writeBytes(consumer);
        int from = out.writerIndex();
        out.writeBytes(shared).writeInt(circumstances.before);
        int end = out.writerIndex();
        out.setLong(from + numberAt, circumstances.position);
        out.setLong(end - OUT_TIME, circumstances.timeMs).setBoolean(end - FIRST, circumstances.first);
    }

    private void encode(MessageCodec codec) throws IOException {
        byte[] destination = codec.nested(message.getDestination());
        byte[] encoded = codec.nested(message);
        Skipper skipper = new Skipper(ByteBuffer.wrap(encoded));
        skipper.bytes(2 + BASE_COMMAND);
        skipper.producerId();
        skipper.destination();
        skipper.absent("transaction");
        skipper.destination();
        skipper.bytes(2);
        skipper.text();
        skipper.producerId();
        skipper.bytes(8);
        numberAt = destination.length + skipper.at();
        byte[] both = java.util.Arrays.copyOf(destination, destination.length + encoded.length);
        System.arraycopy(encoded, 0, both, destination.length, encoded.length);
        shared = both;
    }

    /** Skips fields without decoding them. */
    private record Skipper(ByteBuffer in) {
        int at() {
            return in.position();
        }

        void bytes(int count) {
            in.position(in.position() + count);
        }

        private boolean isThere() {
            return in.get() != 0;
        }

        void text() {
            if (isThere()) {
                bytes(in.getShort() & 0xFFFF);
            }
        }

        void producerId() {
            if (isThere()) {
                bytes(1);
                text();
                bytes(16);
            }
        }

        void destination() {
            if (isThere()) {
                bytes(1);
                text();
            }
        }

        void absent(String what) throws IOException {
            if (isThere()) {
                throw new IOException("A stored message has an unexpected " + what + ".");
            }
        }
    }
}
