package io.posthorse.interop.grpc;

import io.posthorse.interop.client.Check;
import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** Messages between JMS and RocketMQ clients, in both directions; each side reads all messages with its own cursor. */
final class JmsBridgeScenarios {
    private static final int MANY = 500;
    private static final long WAIT = 15_000;
    private static final long NOTHING = 300;

    private JmsBridgeScenarios() {
    }

    private static String text(MessageExt message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    private static Message next(MessageConsumer consumer) throws Exception {
        Message message = consumer.receive(WAIT);
        Check.that(message != null, "no message for JMS within " + WAIT + " ms");
        return message;
    }

    static void fromJms(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Session session = stage.jms(false);
        MessageProducer producer = session.createProducer(session.createQueue(topic));
        TextMessage text = session.createTextMessage("gr\u00fc\u00dfe");
        text.setStringProperty("TAGS", "created");
        text.setStringProperty("KEYS", stage.name("key"));
        text.setIntProperty("amount", 42);
        text.setJMSCorrelationID("c-9");
        producer.send(text);
        MapMessage map = session.createMapMessage();
        map.setLong("orderId", 7);
        map.setBoolean("paid", true);
        producer.send(map);
        BytesMessage bytes = session.createBytesMessage();
        bytes.writeBytes(new byte[] {0, 1, (byte) 0xFF});
        producer.send(bytes);
        StreamMessage stream = session.createStreamMessage();
        stream.writeInt(5);
        stream.writeString("five");
        producer.send(stream);

        Queue<MessageExt> all = stage.read("all", topic, "*");
        Queue<MessageExt> tagged = stage.read("tagged", topic, "created");
        Check.within(30, "four messages and one", () -> all.size() == 4 && tagged.size() == 1);
        List<MessageExt> got = new ArrayList<>(all);
        Check.equal("gr\u00fc\u00dfe", text(got.get(0)), "text");
        Check.equal("created", got.get(0).getTags(), "tag");
        Check.equal("42", got.get(0).getUserProperty("amount"), "property");
        Check.equal("c-9", got.get(0).getProperty("CORRELATION_ID"), "correlation id");
        Check.equal(text.getJMSMessageID(), got.get(0).getMsgId(), "id");
        Check.equal("{\"orderId\":7,\"paid\":true}", text(got.get(1)), "map");
        Check.equal("[0, 1, -1]", java.util.Arrays.toString(got.get(2).getBody()), "bytes");
        Check.equal("[5,\"five\"]", text(got.get(3)), "stream");
        for (int i = 0; i < 4; i++) {
            Check.equal((long) i, got.get(i).getQueueOffset(), "order");
        }
        found(stage, topic, text.getJMSMessageID(), "gr\u00fc\u00dfe");

        SimpleConsumer simple = stage.simple(stage.name("simple"), topic, Duration.ofSeconds(5));
        List<String> viewed = new ArrayList<>();
        Check.within(30, "four messages over gRPC", () -> {
            for (MessageView view : simple.receive(16, Duration.ofSeconds(30))) {
                viewed.add(Stage.text(view.getBody()));
                simple.ack(view);
            }
            return viewed.size() >= 4;
        });
        Check.that(viewed.contains("gr\u00fc\u00dfe"), "text over gRPC: " + viewed);

        MessageConsumer consumer = session.createConsumer(session.createQueue(topic));
        Check.equal("gr\u00fc\u00dfe", ((TextMessage) next(consumer)).getText(), "nothing was taken away");
        Check.equal(7L, ((MapMessage) next(consumer)).getLong("orderId"), "map for JMS");
    }

    /** Finds a message by the id that its sender knows, and by its key. */
    private static void found(Stage stage, String topic, String id, String body) throws Exception {
        DefaultMQAdminExt admin = stage.admin();
        Check.within(20, "a message by its id", () -> {
            try {
                return text(admin.viewMessage(topic, id)).equals(body);
            } catch (MQClientException e) {
                return false; // not in the index yet
            }
        });
        var byKey = admin.queryMessage(topic, stage.name("key"), 8, 0, System.currentTimeMillis() + 60_000);
        Check.equal(1, byKey.getMessageList().size(), "messages by key");
    }

    static void transacted(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Session session = stage.jms(true);
        MessageProducer producer = session.createProducer(session.createQueue(topic));
        producer.send(session.createTextMessage("rolled back"));
        session.rollback();
        Queue<MessageExt> all = stage.read("all", topic, "*");
        for (int i = 0; i < 10; i++) {
            producer.send(session.createTextMessage("part " + i));
        }
        Check.pause(NOTHING);
        Check.equal(0, all.size(), "messages before the commit");
        session.commit();
        Check.within(30, "ten messages", () -> all.size() == 10);
        Check.equal(IntStream.range(0, 10).mapToObj(i -> "part " + i).toList(),
                all.stream().map(JmsBridgeScenarios::text).toList(), "order");
    }

    static void toJms(Stage stage) throws Exception {
        String topic = stage.name("topic");
        DefaultMQProducer producer = stage.remoting();
        producer.createTopic("TBW102", topic, 1, Map.of());
        var tagged = new org.apache.rocketmq.common.message.Message(
                topic, "paid", stage.name("key"), "plain".getBytes(StandardCharsets.UTF_8));
        tagged.putUserProperty("amount", "42");
        SendResult sent = producer.send(tagged);
        var typed = new org.apache.rocketmq.common.message.Message(
                topic, "gr\u00fc\u00dfe".getBytes(StandardCharsets.UTF_8));
        typed.putUserProperty("AMQ_MSG_TYPE", "text");
        producer.send(typed);
        var map = new org.apache.rocketmq.common.message.Message(topic, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        map.putUserProperty("AMQ_MSG_TYPE", "map");
        producer.send(map);
        var delayed = new org.apache.rocketmq.common.message.Message(topic, "later".getBytes(StandardCharsets.UTF_8));
        delayed.setDelayTimeLevel(1);
        producer.send(delayed);

        Session session = stage.jms(false);
        MessageConsumer chosen = session.createConsumer(session.createQueue(topic), "TAGS = 'paid' AND amount = '42'");
        BytesMessage first = (BytesMessage) next(chosen);
        byte[] body = new byte[(int) first.getBodyLength()];
        first.readBytes(body);
        Check.equal("plain", new String(body, StandardCharsets.UTF_8), "body");
        Check.equal("ID:" + sent.getMsgId(), first.getJMSMessageID(), "id");
        Check.equal(stage.name("key"), first.getStringProperty("KEYS"), "keys");
        chosen.close();
        found(stage, topic, first.getJMSMessageID().substring(3), "plain");
        MessageConsumer rest = session.createConsumer(session.createQueue(topic));
        Check.equal("gr\u00fc\u00dfe", ((TextMessage) next(rest)).getText(), "text");
        Check.equal(1L, ((MapMessage) next(rest)).getLong("a"), "map");
        Check.equal(5L, ((BytesMessage) next(rest)).getBodyLength(), "a delayed message");
        Check.that(rest.receive(NOTHING) == null, "nothing comes twice");
    }

    static void ordered(Stage stage) throws Exception {
        String topic = stage.name("topic");
        DefaultMQProducer producer = stage.remoting();
        producer.createTopic("TBW102", topic, 1, Map.of());
        Session session = stage.jms(false);
        MessageConsumer consumer = session.createConsumer(session.createQueue(topic));
        Queue<MessageExt> group = stage.read("group", topic, "*");
        for (int i = 0; i < MANY; i++) {
            var message = new org.apache.rocketmq.common.message.Message(
                    topic, Integer.toString(i).getBytes(StandardCharsets.UTF_8));
            message.putUserProperty("AMQ_MSG_TYPE", "text");
            producer.send(message);
        }
        for (int i = 0; i < MANY; i++) {
            Check.equal(Integer.toString(i), ((TextMessage) next(consumer)).getText(), "order");
        }
        Check.within(30, "all for the group", () -> group.size() == MANY);
        Check.equal(IntStream.range(0, MANY).mapToObj(Integer::toString).toList(),
                group.stream().map(JmsBridgeScenarios::text).toList(), "order of the group");
    }
}
