package io.posthorse.example.paymenttowarehouse.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.Map;
import org.apache.activemq.ScheduledMessage;
import org.apache.activemq.pool.PooledConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Sends messages in transacted sessions: a message is in its queue if the method returns, and is not if it throws an
 * exception.
 */
@Component
public class Sender {
    private final PooledConnectionFactory pool;

    Sender(PooledConnectionFactory pool) {
        this.pool = pool;
    }

    /** Sends a map of strings. */
    public void sendMap(String queue, Map<String, String> content) throws JMSException {
        send(queue, session -> {
            MapMessage message = session.createMapMessage();
            for (Map.Entry<String, String> entry : content.entrySet()) {
                message.setString(entry.getKey(), entry.getValue());
            }
            return message;
        });
    }

    /** Sends a text. */
    public void sendText(String queue, String text) throws JMSException {
        send(queue, session -> session.createTextMessage(text));
    }

    /** Sends a text that is delivered after a delay. */
    public void sendTextLater(String queue, String text, long delayMs) throws JMSException {
        send(queue, session -> {
            Message message = session.createTextMessage(text);
            message.setLongProperty(ScheduledMessage.AMQ_SCHEDULED_DELAY, delayMs);
            return message;
        });
    }

    private void send(String queue, Content content) throws JMSException {
        try (Connection connection = pool.createConnection()) {
            connection.start();
            try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                    MessageProducer producer = session.createProducer(session.createQueue(queue))) {
                producer.send(content.in(session));
                session.commit();
            }
        }
    }

    private interface Content {
        Message in(Session session) throws JMSException;
    }
}
