package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.LocalTransactionId;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.MessagePull;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.SessionId;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.TransactionInfo;
import org.apache.activemq.command.XATransactionId;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.util.ByteSequence;

/** Commands as clients send them, of nearly every kind. */
final class Frames {
    private static final String CONNECTION = "ID:host-1-2-3:1";

    private Frames() {}

    static List<Command> all() throws Exception {
        return List.of(login(), new SessionInfo(session()), producer(), consumer(), pull(), acknowledgement(7),
                new TransactionInfo(new ConnectionId(CONNECTION), xid(), TransactionInfo.PREPARE),
                filled(text()), filled(map()), filled(bytes()), filled(stream()), filled(object()));
    }

    static ConnectionInfo login() {
        ConnectionInfo info = new ConnectionInfo(new ConnectionId(CONNECTION));
        info.setClientId("client");
        info.setUserName("alice");
        info.setPassword("a secret");
        return info;
    }

    private static SessionId session() {
        return new SessionId(new ConnectionId(CONNECTION), 1);
    }

    private static ProducerInfo producer() {
        ProducerInfo info = new ProducerInfo(new ProducerId(session(), 1));
        info.setDestination(new ActiveMQQueue("orders"));
        return info;
    }

    private static ConsumerInfo consumer() {
        ConsumerInfo info = new ConsumerInfo(new ConsumerId(session(), 1));
        info.setDestination(new ActiveMQTopic("news"));
        info.setSelector("price > 10 AND symbol LIKE 'A%'");
        info.setSubscriptionName("daily");
        return info;
    }

    private static MessagePull pull() {
        MessagePull pull = new MessagePull();
        pull.setConsumerId(new ConsumerId(session(), 1));
        pull.setDestination(new ActiveMQQueue("orders"));
        pull.setTimeout(100);
        return pull;
    }

    static MessageAck acknowledgement(int count) {
        MessageAck ack = new MessageAck();
        ack.setDestination(new ActiveMQQueue("orders"));
        ack.setConsumerId(new ConsumerId(session(), 1));
        ack.setTransactionId(new LocalTransactionId(new ConnectionId(CONNECTION), 5));
        ack.setFirstMessageId(id());
        ack.setLastMessageId(id());
        ack.setMessageCount(count);
        ack.setAckType(MessageAck.STANDARD_ACK_TYPE);
        return ack;
    }

    private static XATransactionId xid() {
        XATransactionId id = new XATransactionId();
        id.setFormatId(17);
        id.setGlobalTransactionId(new byte[] {1, 2, 3});
        id.setBranchQualifier(new byte[] {4, 5});
        return id;
    }

    private static MessageId id() {
        return new MessageId(new ProducerId(session(), 1), 4);
    }

    static ActiveMQTextMessage text() throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setText("größe");
        return message;
    }

    private static ActiveMQMapMessage map() throws Exception {
        ActiveMQMapMessage message = new ActiveMQMapMessage();
        message.setLong("orderId", 7);
        message.setBoolean("result", true);
        return message;
    }

    private static ActiveMQBytesMessage bytes() throws Exception {
        ActiveMQBytesMessage message = new ActiveMQBytesMessage();
        message.writeBytes(new byte[] {0, 1, 2, -1});
        return message;
    }

    private static ActiveMQStreamMessage stream() throws Exception {
        ActiveMQStreamMessage message = new ActiveMQStreamMessage();
        message.writeInt(5);
        message.writeString("five");
        return message;
    }

    private static ActiveMQObjectMessage object() {
        ActiveMQObjectMessage message = new ActiveMQObjectMessage();
        message.setContent(new ByteSequence(new byte[] {(byte) 0xAC, (byte) 0xED, 0, 5, 'p'}));
        return message;
    }

    /** Sets every field that a client sets. */
    static <M extends Message> M filled(M message) throws Exception {
        message.setMessageId(id());
        message.setProducerId(id().getProducerId());
        message.setDestination(new ActiveMQQueue("orders"));
        message.setReplyTo(new ActiveMQQueue("answers"));
        message.setCorrelationId("c-9");
        message.setType("order");
        message.setTimestamp(1_700_000_000_000L);
        message.setExpiration(1_700_000_060_000L);
        message.setPriority((byte) 6);
        message.setPersistent(true);
        message.setGroupID("g1");
        message.setGroupSequence(3);
        message.setProperty("KEYS", "order-1 order-2");
        message.setProperty("TAGS", "created");
        message.setProperty("amount", 42);
        message.setProperty("big", Long.MAX_VALUE);
        message.setProperty("rate", 1.5);
        message.beforeMarshall(new OpenWireFormat(WireCodec.VERSION));
        return message;
    }

    /** Returns the frame's bytes without its length, as a client's codec writes them. */
    static byte[] bytes(Object command) throws IOException {
        OpenWireFormat format = new OpenWireFormat(WireCodec.VERSION);
        format.setCacheEnabled(false);
        format.setTightEncodingEnabled(false);
        format.setSizePrefixDisabled(true);
        format.setStackTraceEnabled(true);
        ByteSequence bytes = format.marshal(command);
        byte[] frame = new byte[bytes.getLength()];
        System.arraycopy(bytes.getData(), bytes.getOffset(), frame, 0, frame.length);
        return frame;
    }

    static ByteBuf frame(Object command) throws IOException {
        return Unpooled.wrappedBuffer(bytes(command));
    }
}
