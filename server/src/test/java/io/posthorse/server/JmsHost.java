package io.posthorse.server;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;

/** A server on the test's directory, with JMS clients that are closed before it. */
final class JmsHost implements AutoCloseable {
    private final Path directory;
    private final List<ActiveMQConnection> open = new ArrayList<>();
    private TestBroker broker;

    private JmsHost(Path directory) {
        this.directory = directory;
    }

    static JmsHost start(Path directory, String... sets) {
        JmsHost host = new JmsHost(directory);
        host.broker = TestBroker.start(directory, sets);
        return host;
    }

    TestBroker broker() {
        return broker;
    }

    String url() {
        return "tcp://127.0.0.1:" + broker.server().openwirePort();
    }

    /** Starts a connection that is closed with the server. */
    <C extends ActiveMQConnection> C started(C connection) throws JMSException {
        open.add(connection);
        connection.start();
        return connection;
    }

    ActiveMQConnection connect() throws JMSException {
        return started((ActiveMQConnection) new ActiveMQConnectionFactory(url()).createConnection());
    }

    ActiveMQConnection connectAs(String clientId) throws JMSException {
        ActiveMQConnection made = (ActiveMQConnection) new ActiveMQConnectionFactory(url()).createConnection();
        made.setClientID(clientId);
        return started(made);
    }

    /** Returns a session of a new connection, with automatic acknowledgement. */
    Session session() throws JMSException {
        return connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    static void send(Session session, Destination to, String text) throws JMSException {
        try (MessageProducer producer = session.createProducer(to)) {
            producer.send(session.createTextMessage(text));
        }
    }

    /** Returns the text of a message; null where there is none. */
    static String text(Message message) throws JMSException {
        return message == null ? null : ((TextMessage) message).getText();
    }

    /** Closes the connections and the server, and starts another server on the same directory. */
    void restart(String... sets) throws JMSException {
        close();
        broker = TestBroker.start(directory, sets);
    }

    /** Restarts the server under its connections, which notice it. */
    void restartBelow(String... sets) {
        broker.close();
        broker = TestBroker.start(directory, sets);
    }

    @Override
    public void close() throws JMSException {
        for (ActiveMQConnection one : open) {
            one.close();
        }
        open.clear();
        broker.close();
    }
}
