package io.posthorse.protocol.openwire;

import io.posthorse.broker.KeyHash;
import io.posthorse.broker.MessageFormat;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;
import org.apache.activemq.command.Message;

/**
 * The native bytes of a JMS message: the fields that the broker needs, followed by the message as its client sent it, in
 * OpenWire's plain encoding of version 12. Big endian.
 *
 * <pre>
 *   0  u8   version     1
 *   1  u8   flags       bit 0 persistent, bit 1 closes its group
 *   2  u8   priority    0 to 9
 *   3  u8   keys        number of keys
 *   4  u32  partition   number in the topic
 *   8  u64  expires     ms since 1970; 0 never
 *  16  u64  offset      in the partition
 *  24  u64  position    in the log
 *  32  u64  time        ms since 1970, of the turn that stored it
 *  40  u16  length, and so many bytes of UTF-8: the topic
 *  ..  u16  length, and so many bytes of UTF-8: the group; empty for none
 *  ..  u16  length, and so many bytes of UTF-8: a key; as often as there are keys
 *  ..  ...  the message: u8 type, and its fields
 * </pre>
 *
 * The same table, for readers without this class, is in docs/formats/jms-message.md.
 */
public final class StoredForm implements MessageFormat {
    public static final byte ID = 2;

    static final byte VERSION = 1;
    static final int PERSISTENT = 1;
    static final int CLOSES_GROUP = 2;
    static final int OFFSET = 16;
    static final int POSITION = 24;
    static final int TIME = 32;
    static final int TOPIC = 40;

    private static final ThreadLocal<MessageCodec> CODECS = ThreadLocal.withInitial(MessageCodec::new);
    private static final int FLAGS = 1;
    private static final int PRIORITY = 2;
    private static final int KEYS = 3;
    private static final int PARTITION = 4;
    private static final int EXPIRES = 8;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
        bytes.putLong(at + OFFSET, offset);
        bytes.putLong(at + POSITION, position);
        bytes.putLong(at + TIME, timeMs);
    }

    @Override
    public void restamp(ByteBuffer bytes, int at, long position) {
        bytes.putLong(at + POSITION, position);
    }

    @Override
    public String topic(ByteBuffer bytes, int at, int length) {
        return length > TOPIC + 2 && bytes.get(at) == VERSION ? text(bytes, at + TOPIC, at + length) : null;
    }

    @Override
    public int partition(ByteBuffer bytes, int at, int length) {
        return bytes.getInt(at + PARTITION);
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        int end = at + length;
        byte[] topic = bytesOf(bytes, at + TOPIC, end);
        int hash = KeyHash.text(topic, 0, topic.length);
        int key = behind(bytes, behind(bytes, at + TOPIC, end), end);
        for (int left = bytes.get(at + KEYS); left > 0; left--) {
            byte[] word = bytesOf(bytes, key, end);
            sink.accept(KeyHash.of(hash, KeyHash.text(word, 0, word.length)));
            key = behind(bytes, key, end);
        }
    }

    @Override
    public MessageTraits traits(ByteBuffer bytes, int at, int length) {
        int flags = bytes.get(at + FLAGS);
        String group = text(bytes, behind(bytes, at + TOPIC, at + length), at + length);
        return new MessageTraits(
                bytes.get(at + PRIORITY),
                bytes.getLong(at + EXPIRES),
                (flags & PERSISTENT) != 0,
                group.isEmpty() ? null : group,
                (flags & CLOSES_GROUP) != 0);
    }

    @Override
    public PlainMessage plain(ByteBuffer bytes, int at, int length) {
        try {
            Message message = codec().read(bytes.slice(at, length));
            PlainMessage.Place place = new PlainMessage.Place(
                    shownTopic(text(bytes, at + TOPIC, at + length), message), partition(bytes, at, length),
                    bytes.getLong(at + OFFSET), bytes.getLong(at + POSITION), bytes.getLong(at + TIME));
            return JmsMessageReader.of(message, place, traits(bytes, at, length));
        } catch (IOException | JMSException e) {
            throw new IllegalArgumentException("a stored JMS message is invalid", e);
        }
    }

    /**
     * Returns the topic that is shown. A message that waits for a repeated delivery shows its target, like all that wait.
     */
    private static String shownTopic(String topic, Message message) {
        return RepeatedDeliveries.isTopic(topic) ? JmsNames.topic(message.getDestination()) : topic;
    }

    /** Returns the thread's codec: several threads read, and a codec serves one at a time. */
    private static MessageCodec codec() {
        return CODECS.get();
    }

    /** Returns the index of the message as its client sent it; the native bytes end with the buffer. */
    static int message(ByteBuffer bytes, int at) {
        int end = bytes.capacity();
        int behind = behind(bytes, behind(bytes, at + TOPIC, end), end);
        for (int left = bytes.get(at + KEYS); left > 0; left--) {
            behind = behind(bytes, behind, end);
        }
        return behind;
    }

    private static String text(ByteBuffer bytes, int at, int end) {
        return new String(bytesOf(bytes, at, end), StandardCharsets.UTF_8);
    }

    private static byte[] bytesOf(ByteBuffer bytes, int at, int end) {
        byte[] text = new byte[behind(bytes, at, end) - at - 2];
        bytes.get(at + 2, text);
        return text;
    }

    /** Returns the index behind a text, which must end within the native bytes: another record follows them. */
    private static int behind(ByteBuffer bytes, int at, int end) {
        int behind = at + 2 + (at + 2 > end ? 0 : bytes.getShort(at) & 0xFFFF);
        if (behind > end) {
            throw new IndexOutOfBoundsException("a text of a stored JMS message exceeds the message");
        }
        return behind;
    }
}
