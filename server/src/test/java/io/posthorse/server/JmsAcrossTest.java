package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionRolledBackException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.advisory.DestinationSource;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.LocalTransactionId;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.TransactionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JMS together with other protocols, transaction managers, restarts and users. */
@Timeout(60)
class JmsAcrossTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private JmsHost host;

    private void start(String... sets) {
        host = JmsHost.start(directory, sets);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private List<MessageView> pull(RawClient client, String topic) {
        Map<String, String> fields = new LinkedHashMap<>(Map.of(
                "consumerGroup", "readers", "topic", topic, "queueId", "0", "queueOffset", "0", "maxMsgNums", "32",
                "sysFlag", "4", "commitOffset", "0", "suspendTimeoutMillis", "0", "subscription", "*", "subVersion", "0"));
        fields.put("expressionType", "TAG");
        Frame answer = client.ask(TestBroker.PULL, fields, NO_BODY);
        assertEquals(0, answer.code(), answer.remark());
        List<MessageView> found = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(answer.body());
        while (in.hasRemaining()) {
            int length = in.getInt(in.position());
            found.add(MessageView.of(in.slice(in.position(), length)));
            in.position(in.position() + length);
        }
        return found;
    }

    private static String body(MessageView message) {
        byte[] body = new byte[message.bodyLength()];
        message.bytes().get(message.bodyAt(), body);
        return new String(body, StandardCharsets.UTF_8);
    }

    @Test
    void rocketmqClientsReadMessagesOfJmsClients() throws Exception {
        start();
        Session session = host.session();
        Queue queue = session.createQueue("mixed");
        MessageProducer producer = session.createProducer(queue);
        TextMessage text = session.createTextMessage("grüße");
        text.setStringProperty("TAGS", "created");
        text.setStringProperty("KEYS", "order-1");
        text.setIntProperty("amount", 42);
        text.setJMSCorrelationID("c-9");
        producer.send(text);
        MapMessage map = session.createMapMessage();
        map.setLong("orderId", 7);
        map.setBoolean("result", true);
        producer.send(map);
        BytesMessage bytes = session.createBytesMessage();
        bytes.writeBytes("raw".getBytes(StandardCharsets.UTF_8));
        producer.send(bytes);

        List<MessageView> found = pull(host.broker().client(), "mixed");
        assertEquals(3, found.size());
        assertEquals("grüße", body(found.get(0)));
        Map<String, String> properties = found.get(0).properties();
        assertEquals("created", properties.get("TAGS"));
        assertTrue(List.of(properties.get("KEYS").split(" ")).containsAll(List.of("order-1", text.getJMSMessageID())));
        assertEquals(text.getJMSMessageID(), properties.get("UNIQ_KEY"));
        assertEquals("42", properties.get("amount"));
        assertEquals("c-9", properties.get("CORRELATION_ID"));
        assertEquals("{\"orderId\":7,\"result\":true}", body(found.get(1)));
        assertEquals("raw", body(found.get(2)));
        assertEquals(2, found.get(2).bytes().getLong(StoredMessage.QUEUE_OFFSET));

        Frame byKey = host.broker().client().ask(12, Map.of(
                "topic", "mixed", "key", text.getJMSMessageID(), "maxNum", "8", "beginTimestamp", "0",
                "endTimestamp", "" + Long.MAX_VALUE), NO_BODY);
        assertEquals(0, byKey.code(), byKey.remark());
        assertEquals("grüße", body(MessageView.of(ByteBuffer.wrap(byKey.body()))));

        MessageConsumer consumer = session.createConsumer(queue); // pulling took nothing from the queue
        TextMessage back = (TextMessage) consumer.receive(WAIT);
        assertEquals("grüße", back.getText());
        assertEquals(42, back.getObjectProperty("amount"));
    }

    @Test
    void jmsClientsConsumeMessagesOfRocketmqClients() throws Exception {
        start();
        host.broker().topic("fed", 1);
        RawClient client = host.broker().client();
        String properties = "TAGS\u0001paid\u0002KEYS\u0001k-1\u0002UNIQ_KEY\u0001AC1100\u0002my-prop\u00017\u0002";
        Frame sent = client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("fed", 0, properties),
                "body".getBytes(StandardCharsets.UTF_8));
        assertEquals(0, sent.code(), sent.remark());
        client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("fed", 0, "AMQ_MSG_TYPE\u0001text\u0002"),
                "text 你".getBytes(StandardCharsets.UTF_8));
        client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("fed", 0, "AMQ_MSG_TYPE\u0001map\u0002"),
                "{\"a\":1,\"b\":\"x\",\"c\":1.5}".getBytes(StandardCharsets.UTF_8));
        Session session = host.session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("fed"), "TAGS = 'paid' OR TAGS IS NULL");
        BytesMessage bytes = assertInstanceOf(BytesMessage.class, consumer.receive(WAIT));
        byte[] body = new byte[(int) bytes.getBodyLength()];
        bytes.readBytes(body);
        assertArrayEquals("body".getBytes(StandardCharsets.UTF_8), body);
        assertEquals("ID:AC1100", bytes.getJMSMessageID());
        assertEquals("paid", bytes.getStringProperty("TAGS"));
        assertEquals("k-1", bytes.getStringProperty("KEYS"));
        assertEquals("7", bytes.getStringProperty("my_HYPHEN_prop"));
        assertEquals("text 你", assertInstanceOf(TextMessage.class, consumer.receive(WAIT)).getText());
        MapMessage map = assertInstanceOf(MapMessage.class, consumer.receive(WAIT));
        assertEquals(1L, map.getObject("a"));
        assertEquals("x", map.getString("b"));
        assertEquals(1.5, map.getDouble("c"));
        assertNull(consumer.receive(NOTHING));
        assertEquals(3, pull(client, "fed").size(), "a group with its own offsets reads everything");
    }

    @Test
    void aFailoverClientContinuesAfterARestartWithoutLossOrDuplicates() throws Exception {
        start();
        int port = host.broker().server().openwirePort();
        ActiveMQConnection connection = host.started((ActiveMQConnection) new ActiveMQConnectionFactory(
                "failover:(tcp://127.0.0.1:" + port + ")?initialReconnectDelay=20&maxReconnectDelay=100")
                .createConnection());
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("failover");
        MessageProducer producer = session.createProducer(queue);
        List<String> got = java.util.Collections.synchronizedList(new ArrayList<>());
        connection.createSession(false, Session.AUTO_ACKNOWLEDGE).createConsumer(queue).setMessageListener(m -> {
            try {
                got.add(((TextMessage) m).getText());
            } catch (JMSException e) {
                got.add(e.toString());
            }
        });
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            if (i == 150) {
                host.restartBelow("openwire.port=" + port);
            }
            producer.send(session.createTextMessage("m" + i));
            sent.add("m" + i);
        }
        Awaitility.await().until(() -> new java.util.HashSet<>(got).size() == 300);
        assertEquals(sent, got.stream().distinct().toList());
        assertTrue(got.size() <= 301, "one message may have been in transit: " + got.size());
    }

    private static ActiveMQTextMessage numbered(ConnectionInfo from, int number) throws JMSException {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setText("m" + number);
        message.setPersistent(true);
        message.setDestination(new ActiveMQQueue("resent"));
        message.setProducerId(new ProducerId(RawJms.session(from.getConnectionId().getValue()), 1));
        message.setMessageId(new MessageId(message.getProducerId(), number));
        return message;
    }

    /** A client that reconnects repeats unanswered messages, which may have been stored and even consumed. */
    @Test
    void aMessageThatIsRepeatedAfterAReconnectIsStoredOnce() throws Exception {
        start();
        ConnectionInfo login = RawJms.login("ID:resender-1:1", "resender", null, null);
        try (RawJms first = RawJms.greeted(host.broker())) {
            first.ask(login);
            first.ask(new SessionInfo(RawJms.session("ID:resender-1:1")));
            first.ask(numbered(login, 1));
        }
        Session session = host.session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("resent"));
        assertEquals("m1", ((TextMessage) consumer.receive(WAIT)).getText());
        host.restart();
        login.setFailoverReconnect(true);
        try (RawJms again = RawJms.greeted(host.broker())) {
            again.ask(login);
            again.ask(new SessionInfo(RawJms.session("ID:resender-1:1")));
            again.ask(numbered(login, 1));
            again.ask(numbered(login, 2));
        }
        Session after = host.session();
        MessageConsumer rest = after.createConsumer(after.createQueue("resent"));
        assertEquals("m2", ((TextMessage) rest.receive(WAIT)).getText());
        assertNull(rest.receive(NOTHING));
    }

    /** A client that reconnects repeats the acknowledgements of an open transaction, and then commits it. */
    @Test
    void aTransactionOfMessagesDeliveredBeforeAConnectionLossIsRolledBack() throws Exception {
        start();
        Session plain = host.session();
        plain.createProducer(plain.createQueue("again")).send(plain.createTextMessage("not lost"));
        ConnectionInfo login = RawJms.login("ID:back-1:1", "back", null, null);
        login.setFailoverReconnect(true);
        LocalTransactionId transaction = new LocalTransactionId(login.getConnectionId(), 1);
        ConsumerInfo consumer = new ConsumerInfo(new ConsumerId(RawJms.session("ID:back-1:1"), 1));
        consumer.setDestination(new ActiveMQQueue("again"));
        MessageAck ack = new MessageAck();
        ack.setConsumerId(consumer.getConsumerId());
        ack.setDestination(consumer.getDestination());
        ack.setTransactionId(transaction);
        ack.setAckType(MessageAck.STANDARD_ACK_TYPE);
        ack.setLastMessageId(new MessageId("ID:somebody-1:1:1:1:1"));
        ack.setMessageCount(1);
        try (RawJms back = RawJms.greeted(host.broker())) {
            back.ask(login);
            back.ask(new SessionInfo(RawJms.session("ID:back-1:1")));
            back.ask(consumer);
            back.ask(new TransactionInfo(login.getConnectionId(), transaction, TransactionInfo.BEGIN));
            back.send(ack);
            Response answer = back.ask(
                    new TransactionInfo(login.getConnectionId(), transaction, TransactionInfo.COMMIT_ONE_PHASE));
            assertInstanceOf(TransactionRolledBackException.class,
                    assertInstanceOf(ExceptionResponse.class, answer).getException());
        }
        assertEquals("not lost", ((TextMessage) plain.createConsumer(plain.createQueue("again")).receive(WAIT)).getText());
    }

    @Test
    void usersLogInByPasswordAndDoWhatRulesAllow() throws Exception {
        start("auth.enabled=true", "initAuthenticationUser={\"username\":\"admin\",\"password\":\"admin-secret\"}");
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(host.url());
        assertThrows(JMSSecurityException.class, () -> factory.createConnection().start());
        assertThrows(JMSSecurityException.class, () -> factory.createConnection("admin", "wrong").start());
        ActiveMQConnection admin = (ActiveMQConnection) factory.createConnection("admin", "admin-secret");
        Session session = host.started(admin).createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("guarded");
        session.createProducer(queue).send(session.createTextMessage("ok"));
        assertNotNull(session.createConsumer(queue).receive(WAIT));
    }

    @Test
    void consumersWithOffsetsCannotUseTheSubscriptionOfAQueue() throws Exception {
        start();
        Session session = host.session();
        Queue queue = session.createQueue("orders");
        session.createProducer(queue).send(session.createTextMessage("one"));
        RawClient client = host.broker().client();
        String group = "JMS-orders";
        assertEquals(16, client.ask(TestBroker.PULL, TestBroker.pull(group, "orders", 0, 0, "*", 0), NO_BODY).code());
        Frame commit = client.ask(15, Map.of(
                "consumerGroup", group, "topic", "orders", "queueId", "0", "commitOffset", "1"));
        assertEquals(16, commit.code());
        assertTrue(commit.remark().contains("settled one by one"), commit.remark());
        byte[] limit = TestBroker.text("{\"groupName\":\"" + group + "\",\"consumeEnable\":true,\"retryMaxTimes\":3}");
        assertEquals(0, client.ask(200, Map.of(), limit).code()); // an operator's change does not affect this
        assertEquals("one", ((TextMessage) session.createConsumer(queue).receive(WAIT)).getText());
    }

    @Test
    void clientsGetTheExistingDestinations() throws Exception {
        start();
        ActiveMQConnection connection = host.connect();
        DestinationSource source = connection.getDestinationSource();
        Session session = host.session();
        session.createProducer(session.createQueue("heard.of")).send(session.createMessage());
        Awaitility.await().until(() -> source.getQueues().stream().anyMatch(q -> q.toString().equals("queue://heard.of")));
    }

    private long firstOffset(String topic) {
        return host.broker().client().ask(31, Map.of("topic", topic, "queueId", "0")).number("offset", -1);
    }

    /** Waits until retention has dropped messages that no consumer waits for. */
    private void awaitRetention() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> firstOffset("flood") > 0);
    }

    private void flood() {
        host.broker().topic("flood", 1);
        RawClient client = host.broker().client();
        byte[] much = new byte[1 << 20];
        for (int i = 0; i < 200; i++) { // two checkpoints must have been written before a segment is dropped
            assertEquals(0, client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("flood", 0, ""), much).code());
        }
    }

    @Test
    void aMessageIsKeptUntilItIsConsumedWithoutKeepingOthers() throws Exception {
        start("retention.bytes=20000000", "mappedFileSizeCommitLog=8388608");
        Session session = host.session();
        Queue kept = session.createQueue("kept"); // no consumer has received from it yet
        session.createProducer(kept).send(session.createTextMessage("first"));
        flood();
        awaitRetention();
        assertEquals("first", ((TextMessage) session.createConsumer(kept).receive(WAIT)).getText());
    }

    @Test
    void aMessageIsKeptInTopicsOfAnyOriginAndAfterChanges() throws Exception {
        start("retention.bytes=20000000", "mappedFileSizeCommitLog=8388608");
        host.broker().topic("theirs", 2); // mqadmin updateTopic
        host.broker().sent("sent", 0, "", "a RocketMQ client's"); // created by its first message
        Session session = host.session();
        for (String name : List.of("theirs", "sent")) {
            session.createProducer(session.createQueue(name)).send(session.createTextMessage("kept in " + name));
        }
        RawClient client = host.broker().client();
        String topic = "theirs";
        assertEquals(0, client.ask(17, Map.of("topic", topic, "attributes", "-keep", "readQueueNums", "2", "writeQueueNums",
                "2",
                "perm", "6")).code(), "keeps the messages");
        byte[] group = TestBroker.text("{\"groupName\":\"JMS-theirs\",\"attributes\":{\"-delivery\":\"\"}}");
        assertEquals(0, client.ask(200, Map.of(), group).code(), "keeps the messages");
        byte[] owner = TestBroker.text("{\"groupName\":\"JMS-theirs\",\"attributes\":{\"+user\":\"bob\"}}");
        assertEquals(29, client.ask(200, Map.of(), owner).code());
        flood();
        awaitRetention();
        for (String name : List.of("theirs", "sent")) {
            Message message = null;
            MessageConsumer consumer = session.createConsumer(session.createQueue(name));
            // the RocketMQ client's message comes first, if it still exists
            while (!(message instanceof TextMessage)) {
                message = consumer.receive(WAIT);
                assertNotNull(message, name);
            }
            assertEquals("kept in " + name, ((TextMessage) message).getText());
        }
    }

    @Test
    void aDurableSubscribersMessageIsKeptBeforeItsFirstAcknowledgement() throws Exception {
        start("retention.bytes=20000000", "mappedFileSizeCommitLog=8388608");
        ActiveMQConnection durable = host.connectAs("desk");
        Session subscribing = durable.createSession(false, Session.AUTO_ACKNOWLEDGE);
        subscribing.createDurableSubscriber(subscribing.createTopic("news"), "daily");
        host.broker().topic("shared", 1);
        subscribing.createDurableSubscriber(subscribing.createTopic("rocketmq.shared"), "shared");
        durable.close();
        Session session = host.session();
        session.createProducer(session.createTopic("news")).send(session.createTextMessage("paper"));
        session.createProducer(session.createTopic("rocketmq.shared")).send(session.createTextMessage("for all"));
        flood();
        awaitRetention();
        Session back = host.connectAs("desk").createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer reader = back.createDurableSubscriber(back.createTopic("news"), "daily");
        assertEquals("paper", ((TextMessage) reader.receive(WAIT)).getText());
        MessageConsumer shared = back.createDurableSubscriber(back.createTopic("rocketmq.shared"), "shared");
        assertEquals("for all", ((TextMessage) shared.receive(WAIT)).getText());
    }

    @Test
    void topicsWithoutAJmsNameDoNotDisturbJmsClients() throws Exception {
        start();
        for (String odd : List.of("TEMP-QUEUE%", "TOPIC%", "%20", "a%2Cb", "TEMP-TOPIC%x")) {
            host.broker().sent(odd, 0, "", "body");
        }
        Session session = host.session();
        Queue requests = session.createTemporaryQueue();
        session.createProducer(requests).send(session.createTextMessage("asked"));
        assertEquals("asked", ((TextMessage) session.createConsumer(requests).receive(WAIT)).getText());
        assertNull(session.createConsumer(session.createQueue("nothing.>")).receive(NOTHING));
        host.restart();
        Queue plain = host.session().createQueue("plain");
        host.session().createProducer(plain).send(host.session().createTextMessage("after"));
        assertEquals("after", ((TextMessage) host.session().createConsumer(plain).receive(WAIT)).getText());
    }

    @Test
    void anInvalidMessageForJmsBlocksNoConsumer() throws Exception {
        start();
        Session session = host.session();
        MessageConsumer first = session.createConsumer(session.createQueue("first"));
        MessageConsumer chosen = session.createConsumer(session.createQueue("chosen"), "a = '1'");
        MessageConsumer other = host.session().createConsumer(session.createQueue("other"));
        for (String topic : List.of("first", "chosen", "other")) {
            host.broker().sent(topic, 0, "JMSReplyTo\u0001queue://\u0002a\u00011\u0002", "odd");
            host.broker().sent(topic, 0, "AMQ_MSG_TYPE\u0001map\u0002a\u00011\u0002", "{not json");
            host.broker().sent(topic, 0, "AMQ_MSG_TYPE\u0001text\u0002a\u00011\u0002", "even");
        }
        for (MessageConsumer consumer : List.of(first, chosen, other)) {
            Message message = consumer.receive(WAIT);
            while (!(message instanceof TextMessage text && text.getText().equals("even"))) {
                assertNotNull(message);
                message = consumer.receive(WAIT);
            }
        }
    }
}
