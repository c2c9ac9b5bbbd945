package io.posthorse.interop.jms;

import java.util.Arrays;
import java.util.List;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;

/** Message types, order, priorities and times of sent messages. */
final class SendScenarios {

    private static final int PERSISTENT = 2;
    private static final int NON_PERSISTENT = 1;
    private static final int MANY = 10_000;

    private SendScenarios() {
    }

    static void queue(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        Stage.send(session, stage.queue("q"), "a", "b", "c");
        ActiveMQMessageConsumer consumer = Stage.consumer(session, stage.queue("q"));
        Check.equal(List.of("a", "b", "c"), Stage.texts(consumer, 3), "texts");
        Stage.nothing(consumer, "all were taken");
        consumer.close();
        ActiveMQMessageConsumer later = Stage.consumer(stage.session(), stage.queue("q"));
        Stage.nothing(later, "all were acknowledged");
    }

    static void kinds(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        ActiveMQQueue queue = stage.queue("q");
        var producer = session.createProducer(queue);
        ActiveMQTextMessage text = (ActiveMQTextMessage) session.createTextMessage("grüße 你好");
        text.setJMSCorrelationID("c-1");
        text.setJMSType("greeting");
        text.setJMSReplyTo(stage.queue("answers"));
        text.setStringProperty("city", "上海");
        text.setIntProperty("number", 7);
        text.setLongProperty("long", 1L << 40);
        text.setBooleanProperty("yes", true);
        text.setDoubleProperty("ratio", 0.25);
        text.setByteProperty("byte", (byte) -3);
        producer.send(text);
        var map = session.createMapMessage();
        map.setLong("orderId", 12);
        map.setBoolean("result", true);
        map.setBytes("raw", new byte[] {1, 2});
        map.setString("name", "ä");
        producer.send(map);
        var bytes = session.createBytesMessage();
        bytes.writeBytes(new byte[] {9, 8, 7});
        bytes.writeUTF("tail");
        producer.send(bytes);
        var stream = session.createStreamMessage();
        stream.writeString("a");
        stream.writeInt(3);
        stream.writeDouble(0.5);
        producer.send(stream);
        producer.send(session.createObjectMessage("serialized"));
        producer.send(session.createMessage());
        ActiveMQMessageConsumer consumer = Stage.consumer(session, queue);
        checkText(text, (ActiveMQTextMessage) Stage.next(consumer));
        checkBodies(consumer);
        Stage.nothing(consumer, "six were sent");
    }

    private static void checkText(ActiveMQTextMessage sent, ActiveMQTextMessage back) throws Exception {
        Check.equal("grüße 你好", back.getText(), "text");
        Check.equal("c-1", back.getJMSCorrelationID(), "correlation id");
        Check.equal("greeting", back.getJMSType(), "type");
        Check.equal(sent.getJMSReplyTo(), back.getJMSReplyTo(), "reply to");
        Check.equal(sent.getJMSMessageID(), back.getJMSMessageID(), "message id");
        Check.equal(sent.getJMSTimestamp(), back.getJMSTimestamp(), "timestamp");
        Check.equal(sent.getJMSDestination(), back.getJMSDestination(), "destination");
        Check.equal(PERSISTENT, back.getJMSDeliveryMode(), "delivery mode");
        Check.equal(4, back.getJMSPriority(), "priority");
        Check.equal("上海", back.getObjectProperty("city"), "string property");
        Check.equal(7, back.getObjectProperty("number"), "int property");
        Check.equal(1L << 40, back.getObjectProperty("long"), "long property");
        Check.equal(true, back.getObjectProperty("yes"), "boolean property");
        Check.equal(0.25, back.getObjectProperty("ratio"), "double property");
        Check.equal((byte) -3, back.getObjectProperty("byte"), "byte property");
        Check.that(!back.getJMSRedelivered(), "it was not redelivered");
        Check.equal(1, back.getIntProperty("JMSXDeliveryCount"), "delivery count");
    }

    private static void checkBodies(ActiveMQMessageConsumer consumer) throws Exception {
        ActiveMQMapMessage map = (ActiveMQMapMessage) Stage.next(consumer);
        Check.equal(12L, map.getObject("orderId"), "long in a map");
        Check.equal(true, map.getObject("result"), "boolean in a map");
        Check.that(Arrays.equals(new byte[] {1, 2}, map.getBytes("raw")), "bytes in a map");
        Check.equal("ä", map.getString("name"), "string in a map");
        ActiveMQBytesMessage bytes = (ActiveMQBytesMessage) Stage.next(consumer);
        byte[] head = new byte[3];
        bytes.readBytes(head);
        Check.that(Arrays.equals(new byte[] {9, 8, 7}, head), "bytes");
        Check.equal("tail", bytes.readUTF(), "string in bytes");
        ActiveMQStreamMessage stream = (ActiveMQStreamMessage) Stage.next(consumer);
        Check.equal("a", stream.readString(), "string in a stream");
        Check.equal(3, stream.readInt(), "int in a stream");
        Check.equal(0.5, stream.readDouble(), "double in a stream");
        Check.equal("serialized", ((ActiveMQObjectMessage) Stage.next(consumer)).getObject(), "object");
        Check.equal(ActiveMQMessage.class, Stage.next(consumer).getClass(), "class of a message without body");
    }

    static void order(Stage stage) throws Exception {
        ActiveMQSession transacted = stage.session(ActiveMQSession.SESSION_TRANSACTED);
        var producer = transacted.createProducer(stage.queue("q"));
        for (int i = 0; i < MANY; i++) {
            producer.send(transacted.createTextMessage("m" + i));
            if (i % 500 == 499) {
                transacted.commit();
            }
        }
        ActiveMQMessageConsumer consumer = Stage.consumer(stage.session(), stage.queue("q"));
        for (int i = 0; i < MANY; i++) {
            Check.equal("m" + i, Stage.text(Stage.next(consumer)), "message " + i);
        }
        Stage.nothing(consumer, "all were taken");
    }

    static void priority(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        var producer = session.createProducer(stage.queue("q"));
        for (int priority : new int[] {1, 9, 4, 9, 0}) {
            producer.send(session.createTextMessage("p" + priority), PERSISTENT, priority, 0);
        }
        List<String> texts = Stage.texts(Stage.consumer(session, stage.queue("q")), 5);
        Check.equal(List.of("p9", "p9", "p4", "p1", "p0"), texts, "the more important first");
    }

    static void expiry(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        var producer = session.createProducer(stage.queue("q"));
        producer.send(session.createTextMessage("short"), PERSISTENT, 4, 50);
        producer.send(session.createTextMessage("long"), PERSISTENT, 4, 600_000);
        ActiveMQMessageConsumer other = Stage.consumer(session, stage.queue("other"));
        Stage.nothing(other, "only time passes here");
        ActiveMQMessage message = Stage.next(Stage.consumer(session, stage.queue("q")));
        Check.equal("long", Stage.text(message), "what is left");
        Check.that(message.getJMSExpiration() > message.getJMSTimestamp(), "it says when it expires");
    }

    static void delay(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        var producer = session.createProducer(stage.queue("q"));
        var late = session.createTextMessage("late");
        late.setLongProperty("AMQ_SCHEDULED_DELAY", 1_500);
        long sent = System.nanoTime();
        producer.send(late);
        var often = session.createTextMessage("often");
        often.setLongProperty("AMQ_SCHEDULED_DELAY", 2_500);
        often.setLongProperty("AMQ_SCHEDULED_PERIOD", 300);
        often.setIntProperty("AMQ_SCHEDULED_REPEAT", 2);
        producer.send(often);
        Stage.send(session, stage.queue("q"), "now");
        ActiveMQMessageConsumer consumer = Stage.consumer(session, stage.queue("q"));
        Check.equal("now", Stage.text(Stage.next(consumer)), "first");
        Check.equal("late", Stage.text(Stage.next(consumer)), "second");
        long after = (System.nanoTime() - sent) / 1_000_000;
        stage.fact("lateAfter", after);
        Check.that(after >= 1_490 && after < 6_000, "late came after " + after + " ms instead of 1500");
        Check.equal(List.of("often", "often", "often"), Stage.texts(consumer, 3), "the repeats");
        Stage.nothing(consumer, "twice repeated");
    }

    static void large(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        byte[] body = new byte[1 << 20];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 >> 3);
        }
        var bytes = session.createBytesMessage();
        bytes.writeBytes(body);
        var producer = session.createProducer(stage.queue("q"));
        producer.send(bytes);
        producer.send(session.createTextMessage("é".repeat(400_000)));
        ActiveMQMessageConsumer consumer = Stage.consumer(session, stage.queue("q"));
        ActiveMQBytesMessage back = (ActiveMQBytesMessage) Stage.next(consumer);
        byte[] read = new byte[(int) back.getBodyLength()];
        back.readBytes(read);
        Check.that(Arrays.equals(body, read), "1 MiB of bytes");
        Check.equal("é".repeat(400_000), Stage.text(Stage.next(consumer)), "text");
        compressed(stage);
    }

    private static void compressed(Stage stage) throws Exception {
        ActiveMQSession session = Stage.session(
                stage.connect("?jms.useCompression=true"), ActiveMQSession.AUTO_ACKNOWLEDGE);
        Stage.send(session, stage.queue("compressed"), "x".repeat(500_000));
        ActiveMQMessageConsumer consumer = Stage.consumer(stage.session(), stage.queue("compressed"));
        Check.equal("x".repeat(500_000), Stage.text(Stage.next(consumer)), "compressed text");
    }

    static void nonPersistent(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        var producer = session.createProducer(stage.queue("q"));
        for (int i = 0; i < 500; i++) {
            producer.send(
                    session.createTextMessage("m" + i), i % 2 == 0 ? NON_PERSISTENT : PERSISTENT, 4, 0);
        }
        ActiveMQMessageConsumer consumer = Stage.consumer(session, stage.queue("q"));
        for (int i = 0; i < 500; i++) {
            ActiveMQMessage message = Stage.next(consumer);
            Check.equal("m" + i, Stage.text(message), "message " + i);
            Check.equal(i % 2 == 0 ? NON_PERSISTENT : PERSISTENT, message.getJMSDeliveryMode(), "mode of " + i);
        }
    }
}
