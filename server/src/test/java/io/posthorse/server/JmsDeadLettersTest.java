package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.RedeliveryPolicy;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.SessionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters, and that each message becomes one only once, as with ActiveMQ Classic 6.3.1. */
@Timeout(90)
class JmsDeadLettersTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

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

    private int waiting(Queue queue) throws JMSException {
        try (QueueBrowser browser = session.createBrowser(queue)) {
            return Collections.list((Enumeration<?>) browser.getEnumeration()).size();
        }
    }

    private Queue letters() throws JMSException {
        return session.createQueue("ActiveMQ.DLQ");
    }

    private void send(Destination to, String text, int mode, long liveMs) throws JMSException {
        try (MessageProducer producer = session.createProducer(to)) {
            producer.send(session.createTextMessage(text), mode, 4, liveMs);
        }
    }

    @Test
    void expiredMessagesBecomeDeadLettersWithoutAConsumer() throws Exception {
        Queue queue = session.createQueue("short");
        Topic topic = session.createTopic("news");
        host.connectAs("c1").createSession(false, Session.AUTO_ACKNOWLEDGE).createDurableSubscriber(topic, "paper").close();
        send(queue, "stays", DeliveryMode.PERSISTENT, 0);
        send(queue, "over", DeliveryMode.PERSISTENT, 100);
        send(queue, "dropped", DeliveryMode.NON_PERSISTENT, 100);
        send(topic, "old news", DeliveryMode.PERSISTENT, 100);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> waiting(letters()) == 2);
        assertEquals(1, waiting(queue));
        MessageConsumer dead = session.createConsumer(letters());
        for (String text : new String[] {"over", "old news"}) {
            var letter = dead.receive(WAIT);
            assertNotNull(letter, text);
            assertFalse(letter.getJMSRedelivered());
            assertEquals(0, letter.getJMSExpiration());
        }
        assertNull(dead.receive(NOTHING));
        assertEquals("stays", JmsHost.text(session.createConsumer(queue).receive(WAIT)));
    }

    /** No JMS client connects after the start. */
    @Test
    void expiredMessagesBecomeDeadLettersWithoutAClient() throws Exception {
        Queue queue = session.createQueue("short");
        send(letters(), "first", DeliveryMode.PERSISTENT, 0);
        send(queue, "over", DeliveryMode.PERSISTENT, 1);
        host.restart();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> host.broker().end("ActiveMQ%2EDLQ", 0) == 2);
        session = host.session();
        assertEquals(2, waiting(letters()));
        assertEquals(0, waiting(queue));
    }

    private static ActiveMQConnection givingUp(ActiveMQConnection connection) {
        RedeliveryPolicy never = new RedeliveryPolicy();
        never.setMaximumRedeliveries(0);
        connection.setRedeliveryPolicy(never);
        return connection;
    }

    @Test
    void aTopicsMessageBecomesOneDeadLetterForAllSubscribers() throws Exception {
        ActiveMQConnection connection = givingUp(host.connectAs("c1"));
        Session failing = connection.createSession(true, Session.SESSION_TRANSACTED);
        Topic topic = failing.createTopic("news");
        MessageConsumer plain = failing.createConsumer(topic);
        MessageConsumer first = failing.createDurableSubscriber(topic, "first");
        MessageConsumer second = failing.createDurableSubscriber(topic, "second");
        send(topic, "poison", DeliveryMode.PERSISTENT, 0);
        for (MessageConsumer one : new MessageConsumer[] {plain, first, second}) {
            assertNotNull(one.receive(WAIT));
        }
        failing.rollback();
        MessageConsumer dead = session.createConsumer(letters());
        assertEquals("poison", JmsHost.text(dead.receive(WAIT)));
        assertNull(dead.receive(NOTHING));
    }

    @Test
    void aDeadLetterIsCreatedOnceAcrossConnectionLossesAndRestarts() throws Exception {
        try (CutProxy proxy = CutProxy.before(host.broker().server().openwirePort())) {
            ActiveMQConnection connection = givingUp(host.started((ActiveMQConnection) new ActiveMQConnectionFactory(
                    "failover:(tcp://127.0.0.1:" + proxy.port() + ")?initialReconnectDelay=20").createConnection()));
            Session failing = connection.createSession(true, Session.SESSION_TRANSACTED);
            Queue queue = failing.createQueue("orders");
            MessageConsumer consumer = failing.createConsumer(queue);
            send(queue, "poison", DeliveryMode.PERSISTENT, 0);
            assertEquals("poison", JmsHost.text(consumer.receive(WAIT)));
            failing.rollback();
            proxy.cut();
            Awaitility.await().until(() -> {
                assertNull(consumer.receive(NOTHING)); // rejects it again where the broker has not got the first rejection
                return waiting(letters()) == 1;
            });
            connection.close();
        }
        host.restart();
        session = host.session();
        assertNull(session.createConsumer(session.createQueue("orders")).receive(NOTHING));
        assertEquals(1, waiting(letters()));
    }

    /** A range that began on the connection before: only of its last message is it certain that it was delivered. */
    @Test
    void aRejectedRangeWhoseBeginIsUnknownAfterAReconnectBuriesItsLastMessageOnly() throws Exception {
        acknowledgeRangeWithUnknownBegin(MessageAck.POISON_ACK_TYPE);
        MessageConsumer dead = session.createConsumer(letters());
        assertEquals("m3", JmsHost.text(dead.receive(WAIT)));
        assertNull(dead.receive(NOTHING));
    }

    /** Those before it may have been handed to another consumer, or to this one only since. */
    @Test
    void anAcknowledgedRangeWhoseBeginIsUnknownAfterAReconnectSettlesItsLastMessageOnly() throws Exception {
        acknowledgeRangeWithUnknownBegin(MessageAck.STANDARD_ACK_TYPE);
    }

    private void acknowledgeRangeWithUnknownBegin(byte type) throws Exception {
        Queue queue = session.createQueue("ranges");
        for (int i = 1; i <= 5; i++) {
            send(queue, "m" + i, DeliveryMode.PERSISTENT, 0);
        }
        ConnectionInfo login = RawJms.login("ID:ranges-1:1", "ranges", null, null);
        login.setFailoverReconnect(true);
        ConsumerInfo consumer = new ConsumerInfo(new ConsumerId(RawJms.session("ID:ranges-1:1"), 1));
        consumer.setDestination(new ActiveMQQueue("ranges"));
        consumer.setPrefetchSize(100);
        try (RawJms back = RawJms.greeted(host.broker())) {
            back.ask(login);
            back.ask(new SessionInfo(RawJms.session("ID:ranges-1:1")));
            consumer.setCommandId(1_000);
            back.send(consumer);
            MessageDispatch third = null;
            for (int i = 1; i <= 3; ) {
                if (back.read() instanceof MessageDispatch dispatch && dispatch.getMessage() != null) {
                    third = dispatch;
                    i++;
                }
            }
            MessageAck ack = new MessageAck(third, type, 3);
            ack.setFirstMessageId(new MessageId("ID:somebody-1:1:1:1:1"));
            assertFalse(back.ask(ack).isException());
        }
        MessageConsumer left = session.createConsumer(queue);
        for (String text : new String[] {"m1", "m2", "m4", "m5"}) {
            assertEquals(text, JmsHost.text(left.receive(WAIT)));
        }
    }

    /** A connection that closes reports the greatest message of all its consumers. */
    @Test
    void aConnectionThatClosesCountsNoMessagesOfConsumersThatReceivedNone() throws Exception {
        Queue busy = session.createQueue("busy");
        Queue idle = session.createQueue("idle");
        for (int i = 0; i < 5; i++) {
            send(idle, "waiting" + i, DeliveryMode.PERSISTENT, 0);
        }
        for (int i = 0; i < 20; i++) {
            send(busy, "m" + i, DeliveryMode.PERSISTENT, 0);
        }
        for (int round = 0; round < 3; round++) {
            ActiveMQConnection connection = host.started((ActiveMQConnection) new ActiveMQConnectionFactory(host.url())
                    .createConnection());
            connection.createSession().createConsumer(idle);
            Session working = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageConsumer consumer = working.createConsumer(busy);
            for (int i = 0; i < 4; i++) {
                assertNotNull(consumer.receive(WAIT));
            }
            working.commit();
            connection.close();
        }
        MessageConsumer rest = session.createConsumer(idle);
        for (int i = 0; i < 5; i++) {
            Message message = rest.receive(WAIT);
            assertEquals("waiting" + i, JmsHost.text(message));
            assertEquals(1, message.getIntProperty("JMSXDeliveryCount"));
        }
    }

    private void holdAndDrop(String queue, int count) {
        try (RawJms client = RawJms.in(host.broker(), "ID:dropped-1:1", null, null)) {
            client.ask(new SessionInfo(RawJms.session("ID:dropped-1:1")));
            ConsumerInfo consumer = new ConsumerInfo(new ConsumerId(RawJms.session("ID:dropped-1:1"), 1));
            consumer.setDestination(new ActiveMQQueue(queue));
            consumer.setPrefetchSize(100);
            client.send(consumer);
            for (int held = 0; held < count; ) {
                held += client.read() instanceof MessageDispatch ? 1 : 0;
            }
        }
    }

    /** As with ActiveMQ: nobody knows whether the application had them, so they count, but not for ever. */
    @Test
    void messagesHeldWhenAConnectionIsLostCountUntilTheBrokerEnds() throws Exception {
        Queue queue = session.createQueue("dropped");
        for (int i = 0; i < 3; i++) {
            send(queue, "m" + i, DeliveryMode.PERSISTENT, 0);
        }
        holdAndDrop("dropped", 3);
        holdAndDrop("dropped", 3);
        MessageConsumer first = session.createConsumer(queue);
        assertEquals(3, first.receive(WAIT).getIntProperty("JMSXDeliveryCount"));
        first.close();
        for (int i = 0; i < 7; i++) {
            holdAndDrop("dropped", 2);
        }
        host.restart();
        session = host.session();
        MessageConsumer again = session.createConsumer(queue);
        for (int i = 1; i < 3; i++) {
            Message message = again.receive(WAIT);
            assertEquals("m" + i, JmsHost.text(message));
            assertEquals(1, message.getIntProperty("JMSXDeliveryCount"));
        }
    }
}
