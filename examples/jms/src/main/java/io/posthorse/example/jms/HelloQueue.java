package io.posthorse.example.jms;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.ActiveMQConnectionFactory;

/** A queue: each message goes to one consumer, in the order of sending. */
public final class HelloQueue {

    private HelloQueue() {
    }

    /** Sends three orders and receives them; returns what was received. */
    static List<String> run(String url) throws JMSException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = new ActiveMQConnectionFactory(url).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("jms.hello");
            MessageProducer producer = session.createProducer(queue);
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
            producer.send(session.createTextMessage("order 1"));
            producer.send(session.createTextMessage("order 2"));
            MapMessage map = session.createMapMessage();
            map.setLong("orderId", 3);
            map.setString("result", "success");
            producer.send(map);

            MessageConsumer consumer = session.createConsumer(queue);
            lines.add("text: " + ((TextMessage) consumer.receive(5_000)).getText());
            lines.add("text: " + ((TextMessage) consumer.receive(5_000)).getText());
            MapMessage third = (MapMessage) consumer.receive(5_000);
            lines.add("map: orderId=" + third.getLong("orderId") + " result=" + third.getString("result"));
            lines.add("then: " + consumer.receiveNoWait());
        }
        return lines;
    }

    public static void main(String[] args) throws JMSException {
        run(Url.of(args)).forEach(System.out::println);
    }
}
