package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guarantees of JMS, tested with ActiveMQ's own client on a real server. */
@Timeout(60)
class JmsTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private TestBroker broker;
    private ActiveMQConnection connection;

    @BeforeEach
    void start() throws JMSException {
        broker = TestBroker.start(directory);
        connection = connect("");
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    private ActiveMQConnection connect(String options) throws JMSException {
        return connect(options, null);
    }

    private ActiveMQConnection connect(String options, String clientId) throws JMSException {
        String url = "tcp://127.0.0.1:" + broker.server().openwirePort() + options;
        ActiveMQConnection made = (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection();
        if (clientId != null) {
            made.setClientID(clientId);
        }
        made.start();
        return made;
    }

    private void restart() throws JMSException {
        connection.close();
        broker.close();
        broker = TestBroker.start(directory);
        connection = connect("");
    }

    private Session session() throws JMSException {
        return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private static void send(Session session, jakarta.jms.Destination to, String... texts) throws JMSException {
        MessageProducer producer = session.createProducer(to);
        for (String text : texts) {
            producer.send(session.createTextMessage(text));
        }
        producer.close();
    }

    private static String text(Message message) throws JMSException {
        return message == null ? null : ((TextMessage) message).getText();
    }

    private static List<String> texts(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(consumer.receive(WAIT)));
        }
        return texts;
    }

    @Test
    void messagesOfAllTypesAreReceivedAsSent() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("orders.new");
        MessageProducer producer = session.createProducer(queue);
        TextMessage text = session.createTextMessage("grüße 你好");
        text.setJMSCorrelationID("c-1");
        text.setJMSType("greeting");
        text.setJMSReplyTo(session.createQueue("answers"));
        text.setStringProperty("city", "上海");
        text.setIntProperty("number", 7);
        text.setLongProperty("long", 1L << 40);
        text.setBooleanProperty("yes", true);
        text.setDoubleProperty("ratio", 0.25);
        producer.send(text);
        MapMessage map = session.createMapMessage();
        map.setLong("orderId", 12);
        map.setBoolean("result", true);
        map.setBytes("raw", new byte[] {1, 2});
        producer.send(map);
        BytesMessage bytes = session.createBytesMessage();
        bytes.writeBytes(new byte[] {9, 8, 7});
        producer.send(bytes);
        StreamMessage stream = session.createStreamMessage();
        stream.writeString("a");
        stream.writeInt(3);
        producer.send(stream);
        ObjectMessage object = session.createObjectMessage("serialized");
        producer.send(object);
        producer.send(session.createMessage());

        MessageConsumer consumer = session.createConsumer(queue);
        TextMessage textBack = (TextMessage) consumer.receive(WAIT);
        assertEquals("grüße 你好", textBack.getText());
        assertEquals("c-1", textBack.getJMSCorrelationID());
        assertEquals("greeting", textBack.getJMSType());
        assertEquals("queue://answers", textBack.getJMSReplyTo().toString());
        assertEquals("上海", textBack.getStringProperty("city"));
        assertEquals(7, textBack.getObjectProperty("number"));
        assertEquals(1L << 40, textBack.getObjectProperty("long"));
        assertEquals(true, textBack.getObjectProperty("yes"));
        assertEquals(0.25, textBack.getObjectProperty("ratio"));
        assertEquals(text.getJMSMessageID(), textBack.getJMSMessageID());
        assertEquals(queue, textBack.getJMSDestination());
        assertEquals(DeliveryMode.PERSISTENT, textBack.getJMSDeliveryMode());
        assertFalse(textBack.getJMSRedelivered());
        MapMessage mapBack = (MapMessage) consumer.receive(WAIT);
        assertEquals(12L, mapBack.getObject("orderId"));
        assertEquals(true, mapBack.getObject("result"));
        assertArrayEquals(new byte[] {1, 2}, mapBack.getBytes("raw"));
        BytesMessage bytesBack = (BytesMessage) consumer.receive(WAIT);
        assertEquals(3, bytesBack.getBodyLength());
        StreamMessage streamBack = (StreamMessage) consumer.receive(WAIT);
        assertEquals("a", streamBack.readString());
        assertEquals(3, streamBack.readInt());
        assertNotNull(consumer.receive(WAIT)); // an object message, which only clients deserialize
        assertNotNull(consumer.receive(WAIT));
        assertNull(consumer.receive(NOTHING));
    }

    @Test
    void aCommitPublishesEverythingAtOnceAndARollbackNothing() throws Exception {
        Session transacted = connection.createSession(true, Session.SESSION_TRANSACTED);
        Queue queue = transacted.createQueue("TEST1");
        MessageConsumer consumer = session().createConsumer(queue);
        send(transacted, queue, "a", "b");
        assertNull(consumer.receive(NOTHING));
        transacted.rollback();
        assertNull(consumer.receive(NOTHING));
        send(transacted, queue, "c", "d");
        transacted.commit();
        assertEquals(List.of("c", "d"), texts(consumer, 2));
    }

    @Test
    void rolledBackMessagesAreRedeliveredAndFinallyBecomeDeadLetters() throws Exception {
        ActiveMQConnection other = connect("?jms.redeliveryPolicy.maximumRedeliveries=2"
                + "&jms.redeliveryPolicy.initialRedeliveryDelay=10");
        Session transacted = other.createSession(true, Session.SESSION_TRANSACTED);
        Queue queue = transacted.createQueue("poison");
        send(session(), queue, "bad", "good");
        MessageConsumer consumer = transacted.createConsumer(queue);
        for (int times = 0; times < 3; times++) {
            Message bad = consumer.receive(WAIT);
            assertEquals("bad", text(bad));
            assertEquals(times > 0, bad.getJMSRedelivered());
            assertEquals(times + 1, bad.getIntProperty("JMSXDeliveryCount"));
            transacted.rollback();
        }
        assertEquals("good", text(consumer.receive(WAIT)));
        transacted.commit();
        MessageConsumer dead = session().createConsumer(session().createQueue("ActiveMQ.DLQ"));
        Message letter = dead.receive(WAIT);
        assertEquals("bad", text(letter));
        assertTrue(letter.getStringProperty("dlqDeliveryFailureCause").contains("redeliver"),
                letter.getStringProperty("dlqDeliveryFailureCause"));
        other.close();
    }

    @Test
    void unacknowledgedMessagesAreRedelivered() throws Exception {
        Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        Queue queue = session.createQueue("acks");
        send(session, queue, "1", "2", "3");
        MessageConsumer consumer = session.createConsumer(queue);
        Message first = consumer.receive(WAIT);
        assertEquals("1", text(first));
        assertEquals("2", text(consumer.receive(WAIT)));
        first.acknowledge(); // acknowledges the second one too, as this mode does
        assertEquals("3", text(consumer.receive(WAIT)));
        session.close();
        Session again = connection.createSession(false, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
        MessageConsumer one = again.createConsumer(queue);
        Message third = one.receive(WAIT);
        assertEquals("3", text(third));
        assertTrue(third.getJMSRedelivered());
        send(again, queue, "4");
        Message fourth = one.receive(WAIT);
        fourth.acknowledge();
        again.close();
        MessageConsumer last = session().createConsumer(queue);
        assertEquals("3", text(last.receive(WAIT)));
        assertNull(last.receive(NOTHING));
    }

    @Test
    void messagesSurviveARestartInTheirOrder() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("kept");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add("m" + i);
        }
        send(session, queue, sent.toArray(String[]::new));
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals(sent.subList(0, 50), texts(consumer, 50));
        restart();
        MessageConsumer again = session().createConsumer(queue);
        assertEquals(sent.subList(50, 200), texts(again, 150));
        assertNull(again.receive(NOTHING));
    }

    @Test
    void everySubscriberGetsEveryMessageAndADurableOneAlsoMissedOnes() throws Exception {
        ActiveMQConnection named = connect("", "client-1");
        Session session = named.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic("news.sport");
        MessageConsumer one = session.createConsumer(topic);
        MessageConsumer all = session.createConsumer(session.createTopic("news.>"));
        MessageConsumer other = session.createConsumer(session.createTopic("news.*.more"));
        session.createDurableSubscriber(topic, "paper").close();
        send(session, topic, "a");
        assertEquals("a", text(one.receive(WAIT)));
        assertEquals("a", text(all.receive(WAIT)));
        send(session, session.createTopic("news.art"), "b");
        assertEquals("b", text(all.receive(WAIT)));
        assertNull(one.receive(NOTHING));
        assertNull(other.receive(NOTHING));
        named.close();
        restart();
        send(session(), topic, "c");
        named = connect("", "client-1");
        session = named.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer durable = session.createDurableSubscriber(topic, "paper");
        assertEquals(List.of("a", "c"), texts(durable, 2));
        durable.close();
        session.unsubscribe("paper");
        Session last = session;
        assertThrows(JMSException.class, () -> last.unsubscribe("paper"));
        named.close();
    }

    @Test
    void selectorsChooseMessagesAndLeaveTheRest() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("chosen");
        MessageProducer producer = session.createProducer(queue);
        for (int i = 0; i < 10; i++) {
            TextMessage message = session.createTextMessage("m" + i);
            message.setIntProperty("i", i);
            producer.send(message);
        }
        assertThrows(InvalidSelectorException.class, () -> session.createConsumer(queue, "i = = 2"));
        MessageConsumer big = session.createConsumer(queue, "i > 6 AND i < 8");
        assertEquals("m7", text(big.receive(WAIT)));
        big.close();
        QueueBrowser browser = session.createBrowser(queue);
        List<String> left = new ArrayList<>();
        for (Message message : all(browser)) {
            left.add(text(message));
        }
        assertEquals(9, left.size(), left.toString());
        QueueBrowser some = session.createBrowser(queue, "i = 3");
        assertEquals(1, all(some).size());
        assertNotNull(session.createConsumer(queue).receive(WAIT));
    }

    @SuppressWarnings("unchecked")
    private static List<Message> all(QueueBrowser browser) throws JMSException {
        return Collections.list((Enumeration<Message>) browser.getEnumeration());
    }

    @Test
    void requestsAreAnsweredThroughTemporaryQueues() throws Exception {
        Session session = session();
        Queue service = session.createQueue("service");
        ActiveMQConnection server = connect("");
        Session serverSession = server.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer requests = serverSession.createConsumer(service);
        requests.setMessageListener(request -> {
            try {
                TextMessage answer = serverSession.createTextMessage("re: " + text(request));
                answer.setJMSCorrelationID(request.getJMSMessageID());
                serverSession.createProducer(request.getJMSReplyTo()).send(answer);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        TemporaryQueue answers = session.createTemporaryQueue();
        TextMessage request = session.createTextMessage("hello");
        request.setJMSReplyTo(answers);
        session.createProducer(service).send(request);
        MessageConsumer consumer = session.createConsumer(answers);
        assertEquals("re: hello", text(consumer.receive(WAIT)));
        consumer.close();
        answers.delete();
        server.close();
    }

    @Test
    void higherPrioritiesComeFirstAndExpiredMessagesAreNotDelivered() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("ranked");
        MessageProducer producer = session.createProducer(queue);
        for (int priority : new int[] {1, 9, 4, 9}) {
            producer.send(session.createTextMessage("p" + priority), DeliveryMode.PERSISTENT, priority, 0);
        }
        producer.send(session.createTextMessage("old"), DeliveryMode.PERSISTENT, 9, 1);
        Thread.onSpinWait();
        org.awaitility.Awaitility.await().pollDelay(java.time.Duration.ofMillis(20)).until(() -> true);
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals(List.of("p9", "p9", "p4", "p1"), texts(consumer, 4));
        assertNull(consumer.receive(NOTHING));
        assertEquals("old", text(session.createConsumer(session.createQueue("ActiveMQ.DLQ")).receive(WAIT)));
    }

    @Test
    void delayedAndRepeatedMessagesAreDeliveredAtTheirTimes() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("later");
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue);
        TextMessage message = session.createTextMessage("delayed");
        message.setLongProperty("AMQ_SCHEDULED_DELAY", 300);
        long before = System.nanoTime();
        producer.send(message);
        Message late = consumer.receive(WAIT);
        assertEquals("delayed", text(late));
        assertTrue(System.nanoTime() - before >= 299_000_000, "early");
        assertIsDone(message.getJMSMessageID(), late);
        producer.send(late); // a forwarded message was already delivered by its schedule
        assertIsDone(message.getJMSMessageID(), consumer.receive(WAIT));
        TextMessage repeated = session.createTextMessage("again");
        repeated.setLongProperty("AMQ_SCHEDULED_DELAY", 50);
        repeated.setLongProperty("AMQ_SCHEDULED_PERIOD", 50);
        repeated.setIntProperty("AMQ_SCHEDULED_REPEAT", 2);
        producer.send(repeated);
        assertEquals(List.of("again", "again", "again"), texts(consumer, 3));
        assertNull(consumer.receive(NOTHING));
    }

    /** As with ActiveMQ, the schedule is removed and the id of the job is set. */
    private static void assertIsDone(String job, Message delivered) throws JMSException {
        assertFalse(Collections.list((Enumeration<?>) delivered.getPropertyNames()).toString().contains("AMQ_"));
        assertEquals(job, delivered.getStringProperty("scheduledJobId"));
    }

    /**
     * The queue of such messages is internal to the broker: a message that a pattern put there would be delivered without
     * end.
     */
    @Test
    void aPatternMatchesNoInternalQueue() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("later");
        MessageConsumer consumer = session.createConsumer(queue);
        TextMessage repeated = session.createTextMessage("in a year");
        repeated.setLongProperty("AMQ_SCHEDULED_DELAY", 50);
        repeated.setLongProperty("AMQ_SCHEDULED_PERIOD", 365L * 86_400_000);
        repeated.setIntProperty("AMQ_SCHEDULED_REPEAT", 2);
        session.createProducer(queue).send(repeated);
        assertEquals("in a year", text(consumer.receive(WAIT)));
        send(session, new ActiveMQQueue(">"), "to all");
        assertEquals("to all", text(consumer.receive(WAIT)));
        assertNull(consumer.receive(NOTHING), "it is delivered once");
        MessageConsumer all = session.createConsumer(new ActiveMQQueue(">"));
        assertNull(all.receive(NOTHING), "waiting messages are not delivered");
    }

    @Test
    void compositeDestinationsGetOneMessageEachAndVirtualTopicsFeedQueues() throws Exception {
        Session session = session();
        send(session, new ActiveMQQueue("one,two,topic://three"), "x");
        assertEquals("x", text(session.createConsumer(session.createQueue("one")).receive(WAIT)));
        MessageConsumer both = session.createConsumer(new ActiveMQQueue("one,two"));
        assertEquals("x", text(both.receive(WAIT)));
        Topic virtual = new ActiveMQTopic("VirtualTopic.orders");
        MessageConsumer a1 = session.createConsumer(session.createQueue("Consumer.A.VirtualTopic.orders"));
        MessageConsumer b = session.createConsumer(session.createQueue("Consumer.B.VirtualTopic.orders"));
        send(session, virtual, "v");
        assertEquals("v", text(a1.receive(WAIT)));
        assertEquals("v", text(b.receive(WAIT)));
    }

    @Test
    void aGroupStaysWithOneConsumerAndAnExclusiveConsumerGetsAll() throws Exception {
        Session one = session();
        Session two = session();
        Queue queue = one.createQueue("grouped?consumer.prefetchSize=1");
        MessageConsumer first = one.createConsumer(queue);
        MessageConsumer second = two.createConsumer(queue);
        MessageProducer producer = one.createProducer(one.createQueue("grouped"));
        for (int i = 0; i < 6; i++) {
            TextMessage message = one.createTextMessage("g" + i % 2 + "-" + i);
            message.setStringProperty("JMSXGroupID", "g" + i % 2);
            producer.send(message);
        }
        String mine = text(first.receive(WAIT)).substring(0, 2);
        String others = text(second.receive(WAIT)).substring(0, 2);
        assertFalse(mine.equals(others), "both have " + mine);
        for (int i = 0; i < 2; i++) {
            assertTrue(text(first.receive(WAIT)).startsWith(mine));
            assertTrue(text(second.receive(WAIT)).startsWith(others));
        }
        Queue exclusive = one.createQueue("alone?consumer.exclusive=true");
        MessageConsumer master = one.createConsumer(exclusive);
        MessageConsumer standby = two.createConsumer(exclusive);
        send(one, one.createQueue("alone"), "1", "2", "3");
        assertEquals(List.of("1", "2", "3"), texts(master, 3));
        assertNull(standby.receive(NOTHING));
        master.close();
        send(one, one.createQueue("alone"), "4");
        assertEquals("4", text(standby.receive(WAIT)));
    }

    @Test
    void aClientIdIsUniqueAndAConsumerWithoutPrefetchPulls() throws Exception {
        ActiveMQConnection named = connect("", "me");
        assertThrows(InvalidClientIDException.class, () -> connect("", "me"));
        named.close();
        connect("", "me").close();
        ActiveMQConnection asking = connect("?jms.prefetchPolicy.all=0");
        Session session = asking.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("asked");
        MessageConsumer consumer = session.createConsumer(queue);
        assertNull(consumer.receiveNoWait());
        assertNull(consumer.receive(50));
        send(session, queue, "1", "2");
        assertEquals(List.of("1", "2"), texts(consumer, 2));
        asking.close();
    }

    @Test
    void aMessageThatAClosedConsumerHadCountsAsDelivered() throws Exception {
        Session session = session();
        Queue queue = session.createQueue("returned");
        send(session, queue, "1", "2", "3");
        Session unacked = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = unacked.createConsumer(queue);
        assertEquals("1", text(consumer.receive(WAIT)));
        consumer.close();
        unacked.close();
        MessageConsumer next = session.createConsumer(queue);
        Message again = next.receive(WAIT);
        assertTrue(again.getJMSRedelivered());
        assertFalse(next.receive(WAIT).getJMSRedelivered(), "it was only in transit");
        assertFalse(next.receive(WAIT).getJMSRedelivered());
    }
}
