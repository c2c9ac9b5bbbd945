package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;

/** A transacted session: what it receives and what it sends is committed or rolled back together. */
public final class Transactions {

    private Transactions() {
    }

    /** Turns an order into a delivery; the first attempt is rolled back. */
    static List<String> run(String url) throws JMSException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            Session plain = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue orders = plain.createQueue("jms.orders");
            Queue deliveries = plain.createQueue("jms.deliveries");
            plain.createProducer(orders).send(plain.createTextMessage("book"));
            MessageConsumer warehouse = plain.createConsumer(deliveries);

            Session transacted = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageConsumer consumer = transacted.createConsumer(orders);
            for (int attempt = 1; attempt <= 2; attempt++) {
                Message order = consumer.receive(5_000);
                lines.add("attempt " + order.getIntProperty("JMSXDeliveryCount") + ": " + ((TextMessage) order).getText());
                transacted.createProducer(deliveries).send(transacted.createTextMessage("parcel with a book"));
                lines.add("before the end the warehouse sees " + text(warehouse.receive(200)));
                if (attempt == 1) {
                    transacted.rollback();
                    lines.add("after the rollback it sees " + text(warehouse.receive(200)));
                } else {
                    transacted.commit();
                    lines.add("after the commit it sees " + text(warehouse.receive(5_000)));
                }
            }
        }
        return lines;
    }

    private static String text(Message message) throws JMSException {
        return message == null ? "nothing" : ((TextMessage) message).getText();
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(System.out::println);
    }
}
