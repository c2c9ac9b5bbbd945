package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.RedeliveryPolicy;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queues of virtual topics, with the results of ActiveMQ Classic 6.3.1 for the same program. */
@Timeout(60)
class JmsVirtualTest {
    private static final String TEXT = "AMQ_MSG_TYPE\u0001text\u0002";
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;
    private static final ActiveMQTopic ORDERS = new ActiveMQTopic("VirtualTopic.orders");
    private static final ActiveMQQueue A = new ActiveMQQueue("Consumer.A.VirtualTopic.orders");
    private static final ActiveMQQueue B = new ActiveMQQueue("Consumer.B.VirtualTopic.orders");

    @TempDir
    private Path directory;

    private JmsHost host;
    private Session session;

    @BeforeEach
    void start() throws JMSException {
        host = JmsHost.start(directory);
        session = host.session();
    }

    @AfterEach
    void stop() throws JMSException {
        host.close();
    }

    private void send(Destination to, String... texts) throws JMSException {
        for (String text : texts) {
            JmsHost.send(session, to, text);
        }
    }

    private static List<String> texts(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(JmsHost.text(consumer.receive(WAIT)));
        }
        assertNull(consumer.receive(NOTHING));
        texts.sort(null);
        return texts;
    }

    private List<String> browsed(ActiveMQQueue queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (QueueBrowser browser = session.createBrowser(queue)) {
            for (Enumeration<?> all = browser.getEnumeration(); all.hasMoreElements();) {
                texts.add(JmsHost.text((Message) all.nextElement()));
            }
        }
        texts.sort(null);
        return texts;
    }

    @Test
    void eachQueueSeesItsOwnNameAndTheTopicAsTheOrigin() throws Exception {
        MessageConsumer a = session.createConsumer(A);
        MessageConsumer b = session.createConsumer(B);
        MessageConsumer plain = session.createConsumer(ORDERS);
        send(ORDERS, "1");
        for (ActiveMQQueue queue : List.of(A, B)) {
            ActiveMQMessage message = (ActiveMQMessage) (queue == A ? a : b).receive(WAIT);
            assertEquals(queue, message.getJMSDestination());
            assertEquals(ORDERS, message.getOriginalDestination());
        }
        assertEquals(ORDERS, plain.receive(WAIT).getJMSDestination());
        send(A, "direct");
        assertEquals(List.of("direct"), texts(a, 1));
        assertNull(b.receive(NOTHING));
    }

    @Test
    void aQueueGetsTheTopicFromItsCreationOnByAnyCreator() throws Exception {
        session.createProducer(A).close();
        assertEquals(List.of(), browsed(B));
        send(ORDERS, "1", "2");
        assertEquals(List.of("1", "2"), browsed(A));
        assertEquals(List.of("1", "2"), browsed(B));
        assertEquals(List.of("1", "2"), texts(session.createConsumer(A), 2));
        MessageConsumer late = session.createConsumer(new ActiveMQQueue("Consumer.C.VirtualTopic.orders"));
        assertNull(late.receive(NOTHING));
        host.restart();
        session = host.session();
        send(new ActiveMQTopic("VirtualTopic.never.before"), "0");
        assertEquals(List.of("1", "2"), texts(session.createConsumer(B), 2));
    }

    @Test
    void aQueueOlderThanItsTopicMissesNothing() throws Exception {
        session.createProducer(A).close();
        host.restart();
        session = host.session();
        send(ORDERS, "first");
        assertEquals(List.of("first"), browsed(A));
        assertEquals(List.of("first"), texts(session.createConsumer(A), 1));
    }

    @Test
    void browsingIncludesMessagesSentToTheQueueItself() throws Exception {
        session.createConsumer(A).close();
        send(ORDERS, "1", "2");
        send(A, "direct");
        assertEquals(List.of("1", "2", "direct"), browsed(A));
        assertEquals(List.of("1", "2", "direct"), browsed(new ActiveMQQueue("Consumer.A.>")));
        assertEquals(List.of("1", "2", "direct"), texts(session.createConsumer(A), 3));
        assertEquals(List.of(), browsed(A));
        assertEquals(List.of(), browsed(new ActiveMQQueue("Nobody.>")));
    }

    @Test
    void aPatternOfQueuesIsAQueueOfAllMatchingTopics() throws Exception {
        ActiveMQQueue all = new ActiveMQQueue("Consumer.A.VirtualTopic.orders.>");
        ActiveMQTopic eu = new ActiveMQTopic("VirtualTopic.orders.eu");
        MessageConsumer pattern = session.createConsumer(all);
        send(eu, "1");
        MessageConsumer exact = session.createConsumer(new ActiveMQQueue("Consumer.B.VirtualTopic.orders.eu"));
        send(eu, "2");
        assertEquals(List.of("1", "2"), texts(pattern, 2));
        assertEquals(List.of("2"), texts(exact, 1));
        pattern.close();
        send(eu, "3");
        send(new ActiveMQTopic("VirtualTopic.orders.us"), "4");
        assertEquals(List.of("3", "4"), browsed(all));
        host.restart();
        session = host.session();
        send(new ActiveMQTopic("VirtualTopic.orders.asia"), "5");
        assertEquals(List.of("3", "4", "5"), texts(session.createConsumer(all), 3));
    }

    @Test
    void aPatternIncludesMatchingQueues() throws Exception {
        session.createConsumer(new ActiveMQQueue("Consumer.A.VirtualTopic.orders.eu")).close();
        send(new ActiveMQTopic("VirtualTopic.orders.eu"), "1");
        MessageConsumer pattern = session.createConsumer(
                new ActiveMQQueue("Consumer.A.VirtualTopic.orders.>?consumer.exclusive=true&consumer.prefetchSize=1"));
        MessageConsumer second = session.createConsumer(
                new ActiveMQQueue("Consumer.A.VirtualTopic.orders.>?consumer.exclusive=true"));
        assertEquals(List.of("1"), texts(pattern, 1));
        send(new ActiveMQTopic("VirtualTopic.orders.us"), "2");
        send(new ActiveMQQueue("Consumer.A.VirtualTopic.orders.eu"), "3");
        assertEquals(List.of("2", "3"), texts(pattern, 2));
        assertNull(second.receive(NOTHING));
    }

    @Test
    void oneNameElementMakesItAQueueOfAVirtualTopic() throws Exception {
        MessageConsumer other = session.createConsumer(new ActiveMQQueue("Consumer.A.B.VirtualTopic.orders"));
        send(ORDERS, "1");
        assertNull(other.receive(NOTHING));
    }

    @Test
    void aDeadLetterNamesItsQueueAndCanBeSentBackToItOnly() throws Exception {
        ActiveMQConnection connection = host.connect();
        RedeliveryPolicy once = new RedeliveryPolicy();
        once.setMaximumRedeliveries(0);
        connection.setRedeliveryPolicy(once);
        Session failing = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageConsumer a = failing.createConsumer(A);
        MessageConsumer b = session.createConsumer(B);
        send(ORDERS, "poison");
        assertEquals("poison", JmsHost.text(b.receive(WAIT)));
        assertNotNull(a.receive(WAIT));
        failing.rollback();
        MessageConsumer letters = session.createConsumer(new ActiveMQQueue("ActiveMQ.DLQ"));
        ActiveMQMessage letter = (ActiveMQMessage) letters.receive(WAIT);
        assertEquals(A, letter.getOriginalDestination());
        send(letter.getOriginalDestination(), "again");
        assertEquals("again", JmsHost.text(a.receive(WAIT)));
        failing.commit();
        assertNull(b.receive(NOTHING));
        assertNull(letters.receive(NOTHING));
    }

    /** As after a kill: the topic is stored, but not the cursors of the queues. */
    @Test
    void queuesGetTopicsCreatedWhileJmsWasOff() throws Exception {
        ActiveMQQueue all = new ActiveMQQueue("Consumer.A.VirtualTopic.>");
        session.createProducer(A).close();
        session.createConsumer(all).close();
        host.restart("openwire.enabled=false");
        host.broker().sent("TOPIC%VirtualTopic%2Eorders", 0, TEXT, "1");
        host.broker().sent("TOPIC%VirtualTopic%2Enew", 0, TEXT, "2");
        host.restart();
        session = host.session();
        assertEquals(List.of("1"), browsed(A));
        List<String> found = texts(session.createConsumer(all), 3);
        assertEquals(List.of("1", "1", "2"), found.stream().sorted().toList(), "its own messages, and those of a queue");
    }

    @Test
    void durableSubscribersToPatternsGetTopicsCreatedWhileJmsWasOff() throws Exception {
        Session durable = host.connectAs("c").createSession(false, Session.AUTO_ACKNOWLEDGE);
        durable.createDurableSubscriber(new ActiveMQTopic("news.>"), "d").close();
        host.restart("openwire.enabled=false");
        host.broker().sent("TOPIC%news%2Ea", 0, TEXT, "first");
        host.restart();
        durable = host.connectAs("c").createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer again = durable.createDurableSubscriber(new ActiveMQTopic("news.>"), "d");
        assertEquals(List.of("first"), texts(again, 1));
    }
}
