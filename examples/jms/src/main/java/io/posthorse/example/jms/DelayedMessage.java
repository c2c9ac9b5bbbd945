package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ScheduledMessage;

/** Scheduled messages: delivery after a delay, and repeated delivery. */
public final class DelayedMessage {

    private DelayedMessage() {
    }

    /** A received message, and the time since sending began, in milliseconds. */
    record Arrival(String text, long millis) {
    }

    /** Sends a message for immediate delivery, one with a delay, and one that is delivered three times. */
    static List<Arrival> run(String url) throws JMSException {
        List<Arrival> arrivals = new ArrayList<>();
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("jms.delayed");
            MessageConsumer consumer = session.createConsumer(queue);
            MessageProducer producer = session.createProducer(queue);
            long began = System.nanoTime();
            TextMessage often = session.createTextMessage("again and again");
            often.setLongProperty(ScheduledMessage.AMQ_SCHEDULED_DELAY, 2_000);
            often.setLongProperty(ScheduledMessage.AMQ_SCHEDULED_PERIOD, 500);
            often.setIntProperty(ScheduledMessage.AMQ_SCHEDULED_REPEAT, 2);
            producer.send(often);
            TextMessage late = session.createTextMessage("an unpaid order is cancelled");
            late.setLongProperty(ScheduledMessage.AMQ_SCHEDULED_DELAY, 1_000);
            producer.send(late);
            producer.send(session.createTextMessage("an order"));
            for (int i = 0; i < 5; i++) {
                String text = ((TextMessage) consumer.receive(10_000)).getText();
                arrivals.add(new Arrival(text, (System.nanoTime() - began) / 1_000_000));
            }
        }
        return arrivals;
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(one -> System.out.println(one.text() + ", after " + one.millis() + " ms"));
    }
}
