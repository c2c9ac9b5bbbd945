package io.posthorse.interop.jms;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;

/** The environment of a scenario: its own names, and connections that are closed at its end. */
final class Stage implements AutoCloseable {

    /** Time in ms to wait for a message that must come. */
    static final long WAIT = 15_000;
    /** Time in ms to wait for a message that must not come. */
    static final long NOTHING = 300;

    private final String url;
    private final String run;
    private final String scenario;
    private final Deque<ActiveMQConnection> connections = new ArrayDeque<>();
    private ActiveMQConnection connection;

    Stage(String url, String run, String scenario) {
        this.url = url;
        this.run = run;
        this.scenario = scenario;
    }

    String url() {
        return url;
    }

    String run() {
        return run;
    }

    /** Returns a name that no other scenario or run uses. */
    String name(String part) {
        return scenario + "." + part + "." + run;
    }

    ActiveMQQueue queue(String part) {
        return new ActiveMQQueue(name(part));
    }

    ActiveMQTopic topic(String part) {
        return new ActiveMQTopic(name(part));
    }

    void fact(String key, Object value) {
        Report.fact(scenario, key, value);
    }

    /** Returns a started connection, with options in its URL. */
    ActiveMQConnection connect(String options) throws Exception {
        return connect(options, null);
    }

    /** Returns a started connection with a client id. */
    ActiveMQConnection connect(String options, String clientId) throws Exception {
        ActiveMQConnection made = (ActiveMQConnection) new ActiveMQConnectionFactory(url + options).createConnection();
        if (clientId != null) {
            made.setClientID(clientId);
        }
        return opened(made);
    }

    /** Starts a connection, which is closed with the scenario. */
    ActiveMQConnection opened(ActiveMQConnection made) throws Exception {
        connections.push(made);
        made.start();
        return made;
    }

    /** Returns an auto-acknowledging session of the scenario's connection. */
    ActiveMQSession session() throws Exception {
        return session(ActiveMQSession.AUTO_ACKNOWLEDGE);
    }

    /** Returns a session of the scenario's connection. */
    ActiveMQSession session(int mode) throws Exception {
        if (connection == null) {
            connection = connect("");
        }
        return session(connection, mode);
    }

    static ActiveMQSession session(ActiveMQConnection of, int mode) throws Exception {
        return (ActiveMQSession) of.createSession(mode == ActiveMQSession.SESSION_TRANSACTED, mode);
    }

    static ActiveMQMessageConsumer consumer(ActiveMQSession session, ActiveMQDestination from) throws Exception {
        return (ActiveMQMessageConsumer) session.createConsumer(from);
    }

    static ActiveMQMessageConsumer consumer(ActiveMQSession session, ActiveMQDestination from, String selector)
            throws Exception {
        return (ActiveMQMessageConsumer) session.createConsumer(from, selector);
    }

    static void send(ActiveMQSession session, ActiveMQDestination to, String... texts) throws Exception {
        var producer = session.createProducer(to);
        for (String text : texts) {
            producer.send(session.createTextMessage(text));
        }
        producer.close();
    }

    /** Returns the next message, which must come. */
    static ActiveMQMessage next(ActiveMQMessageConsumer consumer) throws Exception {
        ActiveMQMessage message = (ActiveMQMessage) consumer.receive(WAIT);
        Check.that(message != null, "no message within " + WAIT + " ms");
        return message;
    }

    static String text(Object message) throws Exception {
        return ((ActiveMQTextMessage) message).getText();
    }

    /** Returns the texts of the next messages, which must come. */
    static List<String> texts(ActiveMQMessageConsumer consumer, int count) throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(next(consumer)));
        }
        return texts;
    }

    static void nothing(ActiveMQMessageConsumer consumer, String why) throws Exception {
        var message = consumer.receive(NOTHING);
        Check.that(message == null, why + ", but there was " + message);
    }

    @Override
    public void close() {
        while (!connections.isEmpty()) {
            try {
                connections.pop().close();
            } catch (Exception e) {
                fact("closing", e);
            }
        }
    }
}
