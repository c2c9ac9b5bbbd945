package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.posthorse.broker.Message;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.activemq.command.DataStructure;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.util.ByteArrayInputStream;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.activemq.util.ByteSequence;

/** The codec between JMS messages and stored ones. Used by the owner only. */
final class MessageCodec {
    private static final String TAGS = "TAGS";
    private static final String KEYS = "KEYS";
    private static final int LARGE = 1 << 20;

    private final OpenWireFormat format = new OpenWireFormat(WireCodec.VERSION);

    MessageCodec() {
        format.setCacheEnabled(false);
        format.setTightEncodingEnabled(false);
        format.setSizePrefixDisabled(true);
        format.setMaxFrameSizeEnabled(true); // no length is accepted that exceeds the message
        Guards.install(format);
    }

    /** Returns a message as it is stored in a partition; later changes to the argument have no effect. */
    Message stored(org.apache.activemq.command.Message message, Partition to) throws IOException {
        return stored(message, to.topic().name(), to.number());
    }

    /** Returns a message that waits for its delivery times as it is stored; it does not expire while it waits. */
    Message waiting(org.apache.activemq.command.Message message, Partition to) throws IOException {
        return stored(message, to.topic().name(), to.number(), 0);
    }

    OutgoingJms stored(org.apache.activemq.command.Message message, String topic, int partition) throws IOException {
        return stored(message, topic, partition, message.getExpiration());
    }

    private OutgoingJms stored(
            org.apache.activemq.command.Message message, String topic, int partition, long expiresMs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getSize() + (message.getSize() >> 6) + 256);
        format.setMaxFrameSize(Integer.MAX_VALUE);
        format.marshal(message, new DataOutputStream(bytes));
        ByteSequence encoded = bytes.toByteSequence();
        boolean grouped = message.getGroupID() != null;
        MessageTraits traits = new MessageTraits(
                message.getPriority(), expiresMs, message.isPersistent(), message.getGroupID(),
                grouped && message.getGroupSequence() < 0);
        return new OutgoingJms(
                topic, partition, traits, words(message), text(message, TAGS), encoded.getData(), encoded.getOffset(),
                encoded.getLength());
    }

    /** Encodes a structure as a field of another one. */
    byte[] nested(DataStructure structure) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        format.setMaxFrameSize(Integer.MAX_VALUE);
        format.looseMarshalNestedObject(structure, new DataOutputStream(bytes));
        ByteSequence made = bytes.toByteSequence();
        return Arrays.copyOf(made.getData(), made.getLength());
    }

    /** Returns the words that find a message: its id, its correlation id, and the words of its property KEYS. */
    private static List<String> words(org.apache.activemq.command.Message message) throws IOException {
        List<String> words = new ArrayList<>();
        if (message.getMessageId() != null) {
            words.add(message.getMessageId().toString());
        }
        if (message.getCorrelationId() != null && !message.getCorrelationId().isEmpty()) {
            words.add(message.getCorrelationId());
        }
        String keys = text(message, KEYS);
        if (keys != null) {
            words.addAll(List.of(keys.strip().split("\\s+")));
        }
        return words;
    }

    private static String text(org.apache.activemq.command.Message message, String property) throws IOException {
        return message.getProperty(property) instanceof String text ? text : null;
    }

    private static InputStream copied(ByteBuffer stored, int at) {
        byte[] bytes = new byte[stored.capacity() - at];
        stored.get(at, bytes);
        return new ByteArrayInputStream(new ByteSequence(bytes));
    }

    /** Returns a stream without a copy, for large messages. */
    private static InputStream inPlace(ByteBuffer stored, int at) {
        return new ByteBufInputStream(Unpooled.wrappedBuffer(stored.slice(at, stored.capacity() - at)));
    }

    /** Decodes the message in native bytes of {@link StoredForm}, from index 0 to the capacity. */
    org.apache.activemq.command.Message read(ByteBuffer stored) {
        int at = StoredForm.message(stored, 0);
        int length = stored.capacity() - at;
        format.setMaxFrameSize(length);
        try (DataInputStream in = new DataInputStream(length > LARGE ? inPlace(stored, at) : copied(stored, at))) {
            return (org.apache.activemq.command.Message) format.unmarshal(in);
        } catch (IOException e) {
            throw new UncheckedIOException("A stored JMS message cannot be read", e);
        }
    }
}
