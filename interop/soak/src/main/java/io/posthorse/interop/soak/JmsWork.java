package io.posthorse.interop.soak;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Queue;
import javax.jms.Session;
import javax.jms.TemporaryQueue;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;

/** The load of JMS clients: a queue and a topic, request-reply, and short-lived connections and destinations. */
final class JmsWork implements AutoCloseable {
    private static final long WAIT_MS = 5_000;

    private final ActiveMQConnectionFactory factory;
    private final ActiveMQConnection connection;
    private final AtomicLong received = new AtomicLong();

    JmsWork(String url) throws JMSException {
        factory = new ActiveMQConnectionFactory(url);
        connection = connect();
    }

    private ActiveMQConnection connect() throws JMSException {
        ActiveMQConnection made = (ActiveMQConnection) factory.createConnection();
        made.start();
        return made;
    }

    private Session session(Connection of) throws JMSException {
        return of.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    List<Work> start() throws JMSException {
        Session consuming = session(connection);
        consuming.createConsumer(consuming.createQueue("soak-letters"), "kind <> 'never'")
                .setMessageListener(message -> received.incrementAndGet());
        Session listening = session(connection);
        listening.createConsumer(listening.createTopic("soak-news")).setMessageListener(m -> received.incrementAndGet());
        Session answering = session(connection);
        MessageProducer answers = answering.createProducer(null);
        answering.createConsumer(answering.createQueue("soak-requests"))
                .setMessageListener(request -> answer(answers, request));
        Session sending = session(connection);
        MessageProducer letters = sending.createProducer(sending.createQueue("soak-letters"));
        MessageProducer news = session(connection).createProducer(sending.createTopic("soak-news"));
        Session asking = session(connection);
        return List.of(
                Work.start("letters", 100, n -> letters.send(letter(sending, n))),
                Work.start("news", 50, n -> news.send(asking.createTextMessage("news " + n))),
                Work.start("requests", 5, n -> request(asking)),
                Work.start("connections that come and go", 2, this::visit));
    }

    private static Message letter(Session session, long n) throws JMSException {
        Message letter = session.createTextMessage("letter " + n);
        letter.setStringProperty("kind", "kind" + n % 7);
        return letter;
    }

    private static void answer(MessageProducer answers, Message request) {
        try {
            answers.send(request.getJMSReplyTo(), request);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void request(Session session) throws JMSException {
        TemporaryQueue replies = session.createTemporaryQueue();
        try (MessageConsumer consumer = session.createConsumer(replies);
                MessageProducer producer = session.createProducer(session.createQueue("soak-requests"))) {
            Message request = session.createTextMessage("?");
            request.setJMSReplyTo(replies);
            producer.send(request);
            if (consumer.receive(WAIT_MS) == null) {
                throw new JMSException("no reply");
            }
        }
        replies.delete();
    }

    /** Creates a queue with its own connection, uses it, and deletes it. */
    private void visit(long n) throws JMSException {
        ActiveMQConnection visitor = connect();
        try {
            Session session = session(visitor);
            Queue queue = session.createQueue("soak-visit-" + n);
            session.createProducer(queue).send(session.createTextMessage("here"));
            MessageConsumer consumer = session.createConsumer(queue);
            if (consumer.receive(WAIT_MS) == null) {
                throw new JMSException("what was sent did not come");
            }
            consumer.close();
            visitor.destroyDestination((org.apache.activemq.command.ActiveMQDestination) queue);
        } finally {
            visitor.close();
        }
    }

    long received() {
        return received.get();
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
