package io.posthorse.protocol.openwire;

import io.posthorse.broker.PlainMessage;
import jakarta.jms.JMSException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.activemq.util.ByteSequence;
import org.apache.activemq.util.MarshallingSupport;

/** The conversion of other protocols' messages to JMS messages. */
final class ForeignMessages {
    private static final String DASH = "_HYPHEN_";
    private static final String DOT = "_DOT_";

    private ForeignMessages() {}

    static ActiveMQMessage toJms(PlainMessage plain) {
        try {
            ActiveMQMessage message = body(plain.body());
            ActiveMQDestination destination = JmsNames.destination(plain.place().topic());
            message.setDestination(destination);
            message.setMessageId(id(plain));
            message.setProducerId(message.getMessageId().getProducerId());
            message.setCorrelationId(plain.correlationId());
            message.setType(plain.type());
            message.setReplyTo(replyTo(plain.replyTo()));
            message.setPersistent(plain.traits().persistent());
            message.setPriority((byte) plain.traits().priority());
            message.setExpiration(plain.traits().expiresAtMs());
            message.setTimestamp(plain.createdMs());
            message.setGroupID(plain.traits().group());
            for (Map.Entry<String, Object> property : plain.properties().entrySet()) {
                message.setProperty(name(property.getKey()), property.getValue());
            }
            if (plain.tag() != null) {
                message.setProperty("TAGS", plain.tag());
            }
            if (!plain.keys().isEmpty()) {
                message.setProperty("KEYS", String.join(" ", plain.keys()));
            }
            return message;
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ActiveMQDestination replyTo(String foreign) {
        try {
            return foreign == null ? null : ActiveMQDestination.createDestination(foreign, ActiveMQDestination.QUEUE_TYPE);
        } catch (IllegalArgumentException e) {
            return null; // the sender meant another kind of name
        }
    }

    /** Returns the name of a property as an identifier for selectors: words replace the characters that are not allowed. */
    private static String name(String foreign) {
        return foreign.replace("-", DASH).replace(".", DOT);
    }

    private static MessageId id(PlainMessage plain) {
        ProducerId producer = new ProducerId();
        producer.setConnectionId(plain.place().topic() + "-" + plain.place().partition());
        producer.setSessionId(0);
        producer.setValue(0);
        MessageId id = new MessageId(producer, plain.place().offset());
        if (plain.id() != null) {
            id.setTextView(plain.id().startsWith("ID:") ? plain.id() : "ID:" + plain.id());
        }
        return id;
    }

    private static ActiveMQMessage body(PlainMessage.Body body) throws JMSException, IOException {
        return switch (body) {
            case PlainMessage.Bytes bytes -> {
                ActiveMQBytesMessage message = new ActiveMQBytesMessage();
                message.setContent(new ByteSequence(bytes.bytes()));
                yield message;
            }
            case PlainMessage.Text text -> {
                ActiveMQTextMessage message = new ActiveMQTextMessage();
                message.setContent(utf8(text.text()));
                yield message;
            }
            case PlainMessage.Fields fields -> {
                ActiveMQMapMessage message = new ActiveMQMapMessage();
                for (Map.Entry<String, Object> value : fields.values().entrySet()) {
                    message.setObject(value.getKey(), value.getValue());
                }
                message.storeContent();
                yield message;
            }
            case PlainMessage.Sequence sequence -> {
                ActiveMQStreamMessage message = new ActiveMQStreamMessage();
                for (Object value : sequence.values()) {
                    message.writeObject(value);
                }
                message.storeContent();
                yield message;
            }
            case PlainMessage.Opaque opaque -> {
                ActiveMQObjectMessage message = new ActiveMQObjectMessage();
                message.setContent(new ByteSequence(opaque.bytes()));
                yield message;
            }
        };
    }

    private static ByteSequence utf8(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MarshallingSupport.writeUTF8(new DataOutputStream(bytes), text);
        return bytes.toByteSequence();
    }

}
