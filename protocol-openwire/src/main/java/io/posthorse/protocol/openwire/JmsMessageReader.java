package io.posthorse.protocol.openwire;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import jakarta.jms.JMSException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.InflaterInputStream;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Message;
import org.apache.activemq.util.ByteArrayInputStream;
import org.apache.activemq.util.ByteSequence;
import org.apache.activemq.util.MarshallingSupport;

/** The conversion of JMS messages for clients of other protocols. Serialized objects stay opaque. */
final class JmsMessageReader {
    private static final int INFLATED_MAX = 16 << 20;
    private static final List<String> NOT_PROPERTIES = List.of("TAGS", "KEYS");

    private JmsMessageReader() {}

    static PlainMessage of(Message message, PlainMessage.Place place, MessageTraits traits)
            throws IOException, JMSException {
        Map<String, Object> properties = new LinkedHashMap<>();
        message.getProperties().forEach((name, value) -> {
            if (!NOT_PROPERTIES.contains(name)) {
                properties.put(name, value instanceof org.fusesource.hawtbuf.UTF8Buffer text ? text.toString() : value);
            }
        });
        String keys = message.getProperty("KEYS") instanceof String text ? text : "";
        return new PlainMessage(
                place,
                message.getMessageId().toString(),
                message.getCorrelationId(),
                message.getReplyTo() == null ? null : message.getReplyTo().getQualifiedName(),
                message.getType(),
                message.getProperty("TAGS") instanceof String tag ? tag : null,
                keys.isBlank() ? List.of() : List.of(keys.strip().split("\\s+")),
                traits,
                message.getTimestamp(),
                properties,
                body(message));
    }

    private static PlainMessage.Body body(Message message) throws IOException, JMSException {
        return switch (message) {
            case ActiveMQTextMessage text -> new PlainMessage.Text(text(text));
            case ActiveMQMapMessage map -> new PlainMessage.Fields(fields(map));
            case ActiveMQStreamMessage stream -> new PlainMessage.Sequence(values(stream));
            case ActiveMQBytesMessage bytes -> new PlainMessage.Bytes(bytes(bytes));
            case ActiveMQObjectMessage object -> new PlainMessage.Opaque(inflated(object));
            default -> new PlainMessage.Bytes(message.getContent() == null ? new byte[0] : inflated(message));
        };
    }

    private static String text(ActiveMQTextMessage message) throws IOException {
        byte[] content = inflated(message);
        if (content.length == 0) {
            return "";
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(new ByteSequence(content)))) {
            String text = MarshallingSupport.readUTF8(in);
            return text == null ? "" : text;
        }
    }

    private static Map<String, Object> fields(ActiveMQMapMessage message) throws JMSException {
        ActiveMQMapMessage map = (ActiveMQMapMessage) message.copy();
        Map<String, Object> fields = new TreeMap<>(); // the client keeps no order: sorted, it is always the same
        for (Enumeration<String> names = map.getMapNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            fields.put(name, map.getObject(name));
        }
        return fields;
    }

    private static List<Object> values(ActiveMQStreamMessage message) throws JMSException {
        ActiveMQStreamMessage stream = (ActiveMQStreamMessage) message.copy();
        stream.setReadOnlyBody(true);
        stream.reset();
        List<Object> values = new ArrayList<>();
        try {
            while (true) {
                values.add(stream.readObject());
            }
        } catch (jakarta.jms.MessageEOFException e) {
            return values;
        }
    }

    /** Returns the content of a bytes message, whose compressed form begins with its length, unlike that of all others. */
    private static byte[] bytes(ActiveMQBytesMessage message) throws IOException {
        ByteSequence content = message.getContent();
        if (content == null || !message.isCompressed()) {
            return plain(content);
        }
        int at = content.getOffset() + 4;
        return inflate(new java.io.ByteArrayInputStream(content.getData(), at, content.getLength() - 4));
    }

    private static byte[] inflated(Message message) throws IOException {
        ByteSequence content = message.getContent();
        return content == null || !message.isCompressed() ? plain(content) : inflate(new ByteArrayInputStream(content));
    }

    private static byte[] plain(ByteSequence content) {
        return content == null
                ? new byte[0]
                : Arrays.copyOfRange(content.getData(), content.getOffset(), content.getOffset() + content.getLength());
    }

    private static byte[] inflate(InputStream compressed) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (InflaterInputStream in = new InflaterInputStream(compressed)) {
            byte[] buffer = new byte[8_192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                if (out.size() > INFLATED_MAX) {
                    throw new IOException("A compressed message body is longer than " + INFLATED_MAX + " bytes.");
                }
            }
        }
        return out.toByteArray();
    }
}
