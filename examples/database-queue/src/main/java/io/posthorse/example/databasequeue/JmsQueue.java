package io.posthorse.example.databasequeue;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.function.LongConsumer;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * A queue of the broker, accessed with the ActiveMQ client. Sessions are single-threaded, so each thread has its own.
 */
final class JmsQueue implements Handover {

    private final Connection connection;
    private final String queue;
    private final ThreadLocal<Sender> senders = ThreadLocal.withInitial(this::sender);

    JmsQueue(String brokerUrl, String queue) throws JMSException {
        this.queue = queue;
        connection = new ActiveMQConnectionFactory(brokerUrl).createConnection();
        connection.start();
    }

    private record Sender(Session session, MessageProducer producer) {
    }

    private Sender sender() {
        try {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
            return new Sender(session, producer);
        } catch (JMSException e) {
            throw new IllegalStateException("cannot create a session: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "ActiveMQ client (JMS)";
    }

    @Override
    public void start(int workers, LongConsumer work) throws JMSException {
        for (int i = 0; i < workers; i++) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue source = session.createQueue(queue);
            session.createConsumer(source).setMessageListener(message -> {
                try {
                    work.accept(Long.parseLong(((TextMessage) message).getText()));
                } catch (JMSException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @Override
    public void put(long order) throws JMSException {
        Sender sender = senders.get();
        sender.producer().send(sender.session().createTextMessage(Long.toString(order)));
    }

    /** Closes the connection, which also closes its sessions. */
    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
