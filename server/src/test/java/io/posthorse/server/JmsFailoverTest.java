package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.pool.PooledConnectionFactory;
import org.apache.activemq.transport.TransportListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * Clients with a failover: address whose connection is cut. As with ActiveMQ, the application only learns that the
 * transport was interrupted, and continues.
 */
@Timeout(60)
class JmsFailoverTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private JmsHost host;
    private CutProxy proxy;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger interrupted = new AtomicInteger();
    private final AtomicInteger resumed = new AtomicInteger();

    @BeforeEach
    void start() {
        host = JmsHost.start(directory);
        proxy = CutProxy.before(host.broker().server().openwirePort());
    }

    @AfterEach
    void stop() throws JMSException {
        host.close(); // a client without a server would try without end
        proxy.close();
    }

    private ActiveMQConnectionFactory factory() {
        ActiveMQConnectionFactory connection = new ActiveMQConnectionFactory(
                "failover:(tcp://127.0.0.1:" + proxy.port() + ")?initialReconnectDelay=20");
        connection.setTransportListener(listener());
        return connection;
    }

    private ActiveMQConnection connect(String clientId) throws JMSException {
        ActiveMQConnection connection = (ActiveMQConnection) factory().createConnection();
        connection.setClientID(clientId);
        connection.setExceptionListener(e -> heard.add("exception listener: " + e));
        connection.setClientInternalExceptionListener(e -> heard.add("internal listener: " + e));
        return host.started(connection);
    }

    private TransportListener listener() {
        return new TransportListener() {
            @Override
            public void onCommand(Object command) {
                // for the application only
            }

            @Override
            public void onException(IOException cause) {
                heard.add("transport listener: " + cause);
            }

            @Override
            public void transportInterupted() {
                interrupted.incrementAndGet();
            }

            @Override
            public void transportResumed() {
                resumed.incrementAndGet();
            }
        };
    }

    /** Cuts the connection, and waits until the client has reconnected. */
    private void cut() {
        int before = resumed.get();
        proxy.cut();
        Awaitility.await().until(() -> resumed.get() == before + 1);
    }

    private void heardNothing(int cuts) {
        assertEquals(List.of(), heard);
        assertEquals(cuts, interrupted.get());
    }

    @Test
    void consumersContinueWithoutErrors() throws Exception {
        ActiveMQConnection connection = connect("orders-1");
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("orders");
        Topic topic = session.createTopic("news");
        MessageConsumer ofQueue = session.createConsumer(queue);
        MessageConsumer ofTopic = session.createConsumer(topic);
        MessageConsumer ofPattern = session.createConsumer(session.createQueue("ord*.>"));
        MessageConsumer durable = session.createDurableSubscriber(topic, "paper");
        for (int i = 0; i < 3; i++) {
            JmsHost.send(session, queue, "q" + i);
            JmsHost.send(session, topic, "t" + i);
            assertEquals("q" + i, JmsHost.text(ofQueue.receive(WAIT)));
            assertEquals("t" + i, JmsHost.text(ofTopic.receive(WAIT)));
            assertEquals("t" + i, JmsHost.text(durable.receive(WAIT)));
            if (i < 2) {
                cut();
            }
        }
        assertNull(ofQueue.receive(NOTHING));
        durable.close();
        session.unsubscribe("paper");
        ofPattern.close();
        heardNothing(2);
    }

    @Test
    void anOpenTransactionContinuesWithoutErrors() throws Exception {
        Session session = connect("orders-2").createSession(true, Session.SESSION_TRANSACTED);
        Queue queue = session.createQueue("orders");
        MessageProducer producer = session.createProducer(queue);
        producer.send(session.createTextMessage("1"));
        cut();
        producer.send(session.createTextMessage("2"));
        session.commit();
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals("1", JmsHost.text(consumer.receive(WAIT)));
        cut();
        session.rollback();
        assertEquals("1", JmsHost.text(consumer.receive(WAIT)));
        assertEquals("2", JmsHost.text(consumer.receive(WAIT)));
        session.commit();
        assertNull(consumer.receive(NOTHING));
        heardNothing(2);
    }

    @Test
    void aTemporaryQueueContinuesWithoutErrors() throws Exception {
        Session session = connect("orders-3").createSession(false, Session.AUTO_ACKNOWLEDGE);
        TemporaryQueue replies = session.createTemporaryQueue();
        MessageConsumer consumer = session.createConsumer(replies);
        cut();
        JmsHost.send(host.session(), replies, "answer");
        assertEquals("answer", JmsHost.text(consumer.receive(WAIT)));
        consumer.close();
        replies.delete();
        heardNothing(1);
    }

    @Test
    void poolsKeepTheirConnection() throws Exception {
        PooledConnectionFactory classic = new PooledConnectionFactory(factory());
        classic.setMaxConnections(1);
        keepsItsConnection(classic);
        classic.stop();
        JmsPoolConnectionFactory pooled = new JmsPoolConnectionFactory();
        pooled.setConnectionFactory(factory());
        pooled.setMaxConnections(1);
        keepsItsConnection(pooled);
        pooled.stop();
    }

    private void keepsItsConnection(ConnectionFactory pool) throws JMSException {
        Connection connection = pool.createConnection();
        connection.start();
        String id = connection.getClientID();
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer producer = session.createProducer(session.createQueue("pooled"));
        producer.send(session.createTextMessage("1"));
        session.commit();
        cut();
        producer.send(session.createTextMessage("2"));
        session.commit();
        try (Connection again = pool.createConnection()) {
            assertEquals(id, again.getClientID());
        }
        connection.close();
    }
}
