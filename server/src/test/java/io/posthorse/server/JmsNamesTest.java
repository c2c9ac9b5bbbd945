package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of destinations and clients of the maximum length and in any script. */
@Timeout(60)
class JmsNamesTest {
    private static final long WAIT = 5_000;
    private static final int BYTES_MAX = 1_024;

    @TempDir
    private Path directory;

    private JmsHost host;

    @BeforeEach
    void start() {
        host = JmsHost.start(directory);
    }

    @AfterEach
    void stop() throws JMSException {
        host.close();
    }

    private static String filled(String pattern) {
        StringBuilder name = new StringBuilder();
        while (bytes(name + pattern) <= BYTES_MAX) {
            name.append(pattern);
        }
        return name.append("x".repeat(BYTES_MAX - bytes(name.toString()))).toString();
    }

    private static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "订单", "a b/c:d&e|f", "....", "%2E", "🐎", "Ünï"})
    void destinationsMayHaveNamesOf1024BytesInAnyScript(String pattern) throws Exception {
        String name = filled(pattern);
        assertEquals(BYTES_MAX, bytes(name));
        ActiveMQConnection connection = host.connectAs("long");
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        Topic topic = session.createTopic(name);
        session.createDurableSubscriber(topic, "s").close();
        JmsHost.send(session, queue, "in the queue");
        JmsHost.send(session, topic, "in the topic");
        host.restart();
        session = host.connectAs("long").createSession(false, Session.AUTO_ACKNOWLEDGE);
        Message message = session.createConsumer(queue).receive(WAIT);
        assertEquals("in the queue", JmsHost.text(message));
        assertEquals(queue, message.getJMSDestination());
        assertEquals("in the topic", JmsHost.text(session.createDurableSubscriber(topic, "s").receive(WAIT)));
    }

    @Test
    void aLongerNameIsRefused() throws Exception {
        Session session = host.session();
        Queue queue = session.createQueue("x".repeat(BYTES_MAX + 1));
        JMSException refused = assertThrows(InvalidDestinationException.class, () -> session.createConsumer(queue));
        assertTrue(refused.getMessage().contains("1024"), refused.getMessage());
    }

    @Test
    void otherClientsCannotSendToNamesBeyondTheirLimit() throws Exception {
        Session session = host.session();
        String name = "x".repeat(200);
        MessageConsumer consumer = session.createConsumer(session.createQueue(name));
        Frame answer = host.broker().client().ask(
                TestBroker.SEND_SHORT, TestBroker.shortSend(name, 0, ""), TestBroker.text("from outside"));
        assertTrue(answer.remark().contains("127"), answer.remark());
        JmsHost.send(session, session.createQueue(name), "from JMS");
        assertEquals("from JMS", JmsHost.text(consumer.receive(WAIT)));
    }

    @Test
    void aLongHostNameStillAllowsTemporaryQueues() throws Exception {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(host.url());
        factory.setConnectionIDPrefix("ID:" + "order-service.production.svc.cluster.local.".repeat(20));
        Session session = host.started((ActiveMQConnection) factory.createConnection())
                .createSession(false, Session.AUTO_ACKNOWLEDGE);
        TemporaryQueue replies = session.createTemporaryQueue();
        JmsHost.send(host.session(), replies, "answer");
        assertEquals("answer", JmsHost.text(session.createConsumer(replies).receive(WAIT)));
    }

    @Test
    void longClientIdsAreAcceptedUnlessTheyCannotBeStored() throws Exception {
        String most = ".".repeat(1_000);
        Session session = host.connectAs(most).createSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic("prices");
        session.createDurableSubscriber(topic, "sub.with.dots").close();
        JmsHost.send(session, topic, "12");
        for (int length : new int[] {1_100, 20_000}) {
            Session other = host.connectAs(".".repeat(length)).createSession(false, Session.AUTO_ACKNOWLEDGE);
            assertThrows(InvalidClientIDException.class, () -> other.createDurableSubscriber(topic, "s"));
        }
        host.restart();
        session = host.connectAs(most).createSession(false, Session.AUTO_ACKNOWLEDGE);
        assertEquals("12", JmsHost.text(session.createDurableSubscriber(topic, "sub.with.dots").receive(WAIT)));
    }

    /** As with ActiveMQ 6.3.1, a name is a pattern only where a whole part of it is a wildcard. */
    @ParameterizedTest
    @ValueSource(strings = {"a*b", "price>", "x*.y", ">.z", "*a"})
    void wildcardsInsideAWordAreOrdinaryCharacters(String name) throws Exception {
        Session session = host.session();
        Queue queue = session.createQueue(name);
        JmsHost.send(session, queue, "in " + name);
        JmsHost.send(session, session.createQueue("aab"), "another");
        Session reader = host.session();
        MessageConsumer consumer = reader.createConsumer(reader.createQueue(name));
        assertEquals("in " + name, JmsHost.text(consumer.receive(WAIT)));
        assertNull(consumer.receive(150));
    }
}
