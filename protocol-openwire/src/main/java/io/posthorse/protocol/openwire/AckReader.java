package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;

/**
 * A reader of the acknowledgements that make up most frames of consumers: outside of transactions, for one message or the
 * last of several, in the plain encoding. Consecutive ones of a consumer differ in little more than numbers, so this class
 * remembers the last destination and the last ids together with their bytes. It leaves all other frames to the library's
 * codec.
 *
 * <pre>
 *   u8 22, u32 command, u8 answer wanted, destination, u8 0 (no transaction), consumer id, u8 type,
 *   first message id or u8 0, last message id, u32 count, u8 0 (no cause)
 *   destination: u8 1, u8 type, text;  text: u8 1, u16 length, UTF-8
 *   consumer id: u8 1, u8 122, text, u64 session, u64 number;  producer id: u8 1, u8 123, text, u64, u64
 *   message id:  u8 1, u8 110, u8 0 (no text), producer id, u64 number, u64 number at the broker
 * </pre>
 */
final class AckReader {
    private static final int LONGS = 16;
    private static final int HEAD = 2;
    private static final int TEXT_HEAD = 3;
    private static final int COUNT_AND_CAUSE = 5;

    private final Remembered<ActiveMQDestination> destination = new Remembered<>();
    private final Remembered<ConsumerId> consumer = new Remembered<>();
    private final Remembered<ProducerId> producer = new Remembered<>();
    private ByteBuf in;
    private int at;
    private int end;

    /** A value and the bytes that it was read from. */
    private static final class Remembered<T> {
        private byte[] bytes = new byte[0];
        private T value;

        T at(ByteBuf in, int from, int length) {
            if (length != bytes.length) {
                return null;
            }
            for (int i = 0; i < length; i++) {
                if (in.getByte(from + i) != bytes[i]) {
                    return null;
                }
            }
            return value;
        }

        /** Sets the value and the bytes that it was decoded from. */
        void set(byte[] from, T found) {
            bytes = from;
            value = found;
        }
    }

    /** Returns the acknowledgement in a frame, or null where the codec must decode it. Does not consume the frame. */
    MessageAck read(ByteBuf frame) {
        in = frame;
        at = frame.readerIndex();
        end = frame.writerIndex();
        if (end - at < HEAD + TEXT_HEAD || in.getByte(at) != MessageAck.DATA_STRUCTURE_TYPE) {
            return null;
        }
        try {
            return read();
        } catch (IndexOutOfBoundsException e) {
            return null; // the frame is too short: the codec reports it
        }
    }

    private MessageAck read() {
        MessageAck ack = new MessageAck();
        ack.setCommandId(in.getInt(at + 1));
        ack.setResponseRequired(in.getByte(at + 5) != 0);
        at += 6;
        ActiveMQDestination target = structure(destination, 0);
        boolean plain = target != null && in.getByte(at++) == 0;
        ConsumerId owner = plain ? structure(consumer, LONGS) : null;
        if (owner == null) {
            return null;
        }
        ack.setDestination(target);
        ack.setConsumerId(owner);
        ack.setAckType(in.getByte(at++));
        if (in.getByte(at) == 0) {
            at++;
        } else {
            ack.setFirstMessageId(messageId());
            if (ack.getFirstMessageId() == null) {
                return null;
            }
        }
        ack.setLastMessageId(messageId());
        if (ack.getLastMessageId() == null || end - at != COUNT_AND_CAUSE || in.getByte(end - 1) != 0) {
            return null;
        }
        ack.setMessageCount(in.getInt(at));
        return ack;
    }

    private MessageId messageId() {
        if (in.getByte(at) != 1 || in.getByte(at + 1) != MessageId.DATA_STRUCTURE_TYPE || in.getByte(at + 2) != 0) {
            return null;
        }
        at += 3;
        ProducerId from = structure(producer, LONGS);
        if (from == null) {
            return null;
        }
        MessageId id = new MessageId();
        id.setProducerId(from);
        id.setProducerSequenceId(in.getLong(at));
        id.setBrokerSequenceId(in.getLong(at + 8));
        at += LONGS;
        return id;
    }

    /**
     * Reads a structure of one text and {@code more} bytes: returns the remembered value where the bytes are equal,
     * otherwise null.
     */
    private <T> T structure(Remembered<T> remembered, int more) {
        int length = length(more);
        T known = length < 0 ? null : remembered.at(in, at, length);
        at += Math.max(0, length);
        return known;
    }

    /** Returns the length of that structure in bytes; less than 0 where the structure or its text is missing. */
    private int length(int more) {
        boolean hasText = in.getByte(at) == 1 && in.getByte(at + HEAD) == 1;
        return hasText ? HEAD + TEXT_HEAD + in.getUnsignedShort(at + HEAD + 1) + more : -1;
    }

    /** Remembers the values that the codec decoded from a frame. */
    void learn(MessageAck read, ByteBuf frame, int from) {
        MessageId first = read.getFirstMessageId();
        MessageId last = read.getLastMessageId();
        if (last == null || last.getTextView() != null || first != null && first.getTextView() != null
                || read.isInTransaction()) {
            return;
        }
        in = frame;
        at = from + 6;
        try {
            if (!learn(destination, read.getDestination(), 0)) {
                return;
            }
            at++;
            if (!learn(consumer, read.getConsumerId(), LONGS)) {
                return;
            }
            at++;
            if (in.getByte(at) == 0) {
                at++;
            } else {
                at += 3;
                at += length(LONGS) + LONGS;
            }
            at += 3;
            learn(producer, last.getProducerId(), LONGS);
        } catch (IndexOutOfBoundsException e) {
            producer.set(new byte[0], null); // the layout differs: forget the producer
        }
    }

    private <T> boolean learn(Remembered<T> remembered, T value, int more) {
        int length = value == null ? -1 : length(more);
        remembered.set(length < 0 ? new byte[0] : ByteBufUtil.getBytes(in, at, length), value);
        at += Math.max(0, length);
        return length >= 0;
    }
}
