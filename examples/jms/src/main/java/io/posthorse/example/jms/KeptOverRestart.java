package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * Persistence: sent messages survive a restart or a kill of the broker. Run it with {@code send}, restart the broker,
 * then run it with {@code take}.
 */
public final class KeptOverRestart {

    private static final String QUEUE = "jms.kept";

    private KeptOverRestart() {
    }

    /** Sends three messages. Each send returns when the broker has written the message to its log. */
    static void send(String url) throws JMSException {
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue(QUEUE));
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
            for (int i = 1; i <= 3; i++) {
                producer.send(session.createTextMessage("kept " + i));
            }
        }
    }

    /** Receives all messages in the queue. */
    static List<String> take(String url) throws JMSException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue(QUEUE);
            MessageConsumer consumer = session.createConsumer(queue);
            for (var one = consumer.receive(1_000); one != null; one = consumer.receive(1_000)) {
                lines.add(((TextMessage) one).getText());
            }
        }
        return lines;
    }

    public static void main(String[] args) throws JMSException {
        if (args.length > 1 && args[1].equals("take")) {
            take(args[0]).forEach(System.out::println);
        } else {
            send(Url.of(args));
            System.out.println("Three are sent. Restart the broker, then: examples/run jms kept take");
        }
    }
}
