package io.posthorse.example.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.posthorse.embedded.Broker;
import io.posthorse.embedded.EmbeddedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;

/** Tests a program with an embedded broker, which starts before the first method and stops after the last. */
@EmbeddedBroker
class BrokerInTestIT {

    /** The code under test: turns an order into a delivery in one transaction. */
    private static void deliver(Session transacted, String from, String to) throws JMSException {
        MapMessage order = (MapMessage) transacted.createConsumer(transacted.createQueue(from)).receive(5_000);
        Queue deliveries = transacted.createQueue(to);
        transacted.createProducer(deliveries).send(transacted.createTextMessage("parcel " + order.getLong("orderId")));
        transacted.commit();
    }

    @Test
    void anOrderBecomesADelivery(Broker broker) throws JMSException {
        try (Connection connection = new ActiveMQConnectionFactory(broker.jmsUrl()).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MapMessage order = session.createMapMessage();
            order.setLong("orderId", 7);
            session.createProducer(session.createQueue("orders")).send(order);

            deliver(connection.createSession(true, Session.SESSION_TRANSACTED), "orders", "deliveries");

            MessageConsumer warehouse = session.createConsumer(session.createQueue("deliveries"));
            assertEquals("parcel 7", ((TextMessage) warehouse.receive(5_000)).getText());
            assertNull(warehouse.receive(200));
        }
    }

    @Test
    void aBrokerForOneMethod() throws Exception {
        try (Broker broker = Broker.start()) {
            assertEquals(4, HelloQueue.run(broker.jmsUrl()).size());
        }
    }
}
