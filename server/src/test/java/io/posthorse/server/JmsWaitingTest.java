package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MessageView;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scheduled messages of JMS clients in requests of operators (30001 to 30003), and after a restart. */
@Timeout(60)
class JmsWaitingTest {
    private static final int LIST = 30_001;
    private static final int CANCEL = 30_002;
    private static final int RUN = 30_003;
    private static final long HOUR = 3_600_000;
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private TestBroker broker;
    private RawClient client;
    private ActiveMQConnection connection;

    @BeforeEach
    void start() throws JMSException {
        broker = TestBroker.start(directory);
        client = broker.client();
        connection = (ActiveMQConnection) new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:" + broker.server().openwirePort()).createConnection();
        connection.start();
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    private void restart() throws JMSException {
        stop();
        start();
    }

    private Session session() throws JMSException {
        return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private TextMessage send(String queue, String text, Map<String, ?> properties) throws JMSException {
        Session session = session();
        TextMessage message = session.createTextMessage(text);
        for (Map.Entry<String, ?> property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        session.createProducer(session.createQueue(queue)).send(message);
        session.close();
        return message;
    }

    private List<JsonValue.Obj> list(String... fields) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            all.put(fields[i], fields[i + 1]);
        }
        Frame answer = client.ask(LIST, all);
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject().array("messages").stream().map(JsonValue::asObject).toList();
    }

    private Frame act(int code, JsonValue.Obj row) {
        return client.ask(code, Map.of("id", row.text("id", ""), "topic", row.text("topic", "")));
    }

    @Test
    void aRepeatedMessageOutlivesTheTimeInWhichItsQueueIsMissing() throws Exception {
        assertEquals(0, client.ask(25, Map.of(), TestBroker.text("autoCreateTopicEnable=false")).code());
        broker.topic("jobs", 1);
        broker.topic("others", 1);
        send("jobs", "job", Map.of("AMQ_SCHEDULED_DELAY", 1L, "AMQ_SCHEDULED_PERIOD", 200L, "AMQ_SCHEDULED_REPEAT", 1_000));
        Session session = session();
        MessageConsumer jobs = session.createConsumer(session.createQueue("jobs"));
        assertNotNull(jobs.receive(WAIT));
        jobs.close();
        assertEquals(0, client.ask(215, Map.of("topic", "jobs")).code());
        assertNull(session.createConsumer(session.createQueue("others")).receive(1_000), "some deliveries are impossible");
        broker.topic("jobs", 1);
        assertNotNull(session.createConsumer(session.createQueue("jobs")).receive(WAIT), "later ones follow");
    }

    @Test
    void theLastImpossibleDeliveryOfARepeatedMessageIsADeadLetter() throws Exception {
        broker.topic("jobs", 1);
        send("jobs", "job", Map.of("AMQ_SCHEDULED_DELAY", 500L, "AMQ_SCHEDULED_PERIOD", 100L, "AMQ_SCHEDULED_REPEAT", 1));
        Session session = session();
        MessageConsumer letters = session.createConsumer(session.createQueue("ActiveMQ.DLQ"));
        assertEquals(0, client.ask(25, Map.of(), TestBroker.text("autoCreateTopicEnable=false")).code());
        assertEquals(0, client.ask(215, Map.of("topic", "jobs")).code());
        TextMessage letter = (TextMessage) letters.receive(WAIT);
        assertEquals("job", letter.getText());
        assertTrue(letter.getStringProperty("dlqDeliveryFailureCause").contains("autoCreateTopicEnable"));
    }

    @Test
    void aScheduledMessageIsListedAndDeliveredNowOrCancelled() throws Exception {
        long before = System.currentTimeMillis();
        TextMessage late = send("orders.late", "late", Map.of("AMQ_SCHEDULED_DELAY", 2 * HOUR));
        TextMessage soon = send("orders", "soon",
                Map.of("AMQ_SCHEDULED_DELAY", HOUR, "KEYS", "order-1", "TAGS", "unpaid"));
        List<JsonValue.Obj> rows = list();
        assertEquals(List.of("orders", "orders%2Elate"), rows.stream().map(row -> row.text("topic", null)).toList());
        JsonValue.Obj first = rows.getFirst();
        assertNull(first.get("unreadable"));
        assertEquals(soon.getJMSMessageID(), first.text("msgId", null));
        assertEquals(soon.getJMSMessageID() + " order-1", first.text("keys", null));
        assertEquals("unpaid", first.text("tags", null));
        assertEquals(4, first.number("bodySize", 0));
        long due = first.number("deliverTimestamp", 0);
        assertTrue(due >= before + HOUR && due <= System.currentTimeMillis() + HOUR, "" + due);
        assertEquals(1, list("topic", "orders").size());
        assertEquals(1, list("topic", "orders%2Elate").size());

        assertEquals(604, client.ask(CANCEL, Map.of("id", first.text("id", ""), "topic", "others")).code());
        Frame ran = act(RUN, first);
        assertEquals(0, ran.code(), ran.remark());
        assertEquals(soon.getJMSMessageID(), ran.field("msgId"));
        Session session = session();
        TextMessage got = (TextMessage) session.createConsumer(session.createQueue("orders")).receive(WAIT);
        assertEquals("soon", got.getText());
        Frame cancelled = act(CANCEL, rows.get(1));
        assertEquals(0, cancelled.code(), cancelled.remark());
        assertEquals(late.getJMSMessageID(), cancelled.field("msgId"));
        assertEquals(List.of(), list());
        assertNull(session.createConsumer(session.createQueue("orders.late")).receive(NOTHING));
    }

    @Test
    void aRepeatedMessageIsListedWithItsNextTimeUntilItIsCancelled() throws Exception {
        long before = System.currentTimeMillis();
        TextMessage sent = send("ticks", "tick", Map.of(
                "AMQ_SCHEDULED_DELAY", HOUR, "AMQ_SCHEDULED_PERIOD", 2 * HOUR, "AMQ_SCHEDULED_REPEAT", 9));
        JsonValue.Obj row = list("topic", "ticks").getFirst();
        assertEquals(sent.getJMSMessageID(), row.text("msgId", null));
        assertTrue(row.number("deliverTimestamp", 0) <= System.currentTimeMillis() + HOUR, "" + row);
        assertEquals(0, act(RUN, row).code());
        Session session = session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("ticks"));
        assertEquals("tick", ((TextMessage) consumer.receive(WAIT)).getText());
        Awaitility.await().until(() -> !list("topic", "ticks").isEmpty());
        JsonValue.Obj next = list().getFirst();
        assertTrue(next.number("deliverTimestamp", 0) >= before + 2 * HOUR, "the next time: " + next);
        Frame cancelled = act(CANCEL, next);
        assertEquals(0, cancelled.code(), cancelled.remark());
        assertEquals(List.of(), list());
        assertNull(consumer.receive(NOTHING));
    }

    /** A clean end leaves a checkpoint, so the next start reads no records. */
    @Test
    void waitingMessagesAreListedUnchangedAfterARestart() throws Exception {
        send("orders", "now", Map.of("KEYS", "order-1"));
        send("orders", "later", Map.of("AMQ_SCHEDULED_DELAY", HOUR));
        TextMessage repeated = send("ticks", "tick", Map.of(
                "AMQ_SCHEDULED_DELAY", HOUR, "AMQ_SCHEDULED_PERIOD", 100L, "AMQ_SCHEDULED_REPEAT", 1));
        restart();
        assertEquals(List.of("orders", "ticks"), list().stream().map(row -> row.text("topic", null)).toList());
        Frame pulled = client.ask(TestBroker.PULL, TestBroker.pull("readers", "orders", 0, 0, "*", 0), NO_BODY);
        assertEquals(0, pulled.code(), pulled.remark());
        assertEquals("now", body(MessageView.of(ByteBuffer.wrap(pulled.body()))));
        Frame found = client.ask(12, Map.of("topic", "orders", "key", "order-1", "maxNum", "8", "beginTimestamp", "0",
                "endTimestamp", "" + Long.MAX_VALUE), NO_BODY);
        assertEquals(0, found.code(), found.remark());
        assertEquals("now", body(MessageView.of(ByteBuffer.wrap(found.body()))));
        assertEquals(0, act(RUN, list("topic", "ticks").getFirst()).code());
        Session session = session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("ticks"));
        assertEquals("tick", ((TextMessage) consumer.receive(WAIT)).getText());
        TextMessage last = (TextMessage) consumer.receive(WAIT);
        assertNotNull(last);
        assertEquals(repeated.getJMSMessageID(), last.getStringProperty("scheduledJobId"));
        assertEquals(List.of(), list("topic", "ticks"));
    }

    private static String body(MessageView message) {
        byte[] body = new byte[message.bodyLength()];
        message.bytes().get(message.bodyAt(), body);
        return new String(body, StandardCharsets.UTF_8);
    }
}
