package io.posthorse.server;

import static io.posthorse.server.JmsHost.send;
import static io.posthorse.server.JmsHost.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Destination;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.advisory.DestinationSource;
import org.apache.activemq.command.ActiveMQQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that others create and delete while JMS clients use them. */
@Timeout(60)
class JmsTopicsTest {
    private static final int DELETE_TOPIC = 215;
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private JmsHost host;
    private Session session;

    @BeforeEach
    void start() throws Exception {
        host = JmsHost.start(directory);
        session = host.session();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private void delete(String topic) {
        assertEquals(0, host.broker().client().ask(DELETE_TOPIC, Map.of("topic", topic)).code());
    }

    @Test
    void aPatternMatchesTopicsThatOtherProtocolsCreate() throws Exception {
        MessageConsumer consumer = session.createConsumer(session.createQueue("orders_*"));
        MessageConsumer all = host.session().createConsumer(session.createQueue("north.>"));
        MessageConsumer exact = session.createConsumer(session.createQueue("elsewhere"));
        assertNull(all.receive(NOTHING));

        host.broker().sent("north%2Eoslo", 0, "", "first");
        host.broker().sent("elsewhere", 0, "", "here");

        assertEquals(5, all.receive(WAIT).getBody(byte[].class).length);
        assertEquals(4, exact.receive(WAIT).getBody(byte[].class).length);
        assertNull(consumer.receive(NOTHING), "a star stands for a complete part of the name");
    }

    /** As with ActiveMQ, even where the broker was restarted meanwhile. */
    @Test
    void aDurableSubscriptionToAPatternGetsTopicsCreatedWhileInactive() throws Exception {
        Topic all = session.createTopic("weather.>");
        send(session, session.createTopic("weather.oslo"), "before");
        host.connectAs("desk").createSession(false, Session.AUTO_ACKNOWLEDGE).createDurableSubscriber(all, "w").close();
        send(session, session.createTopic("weather.bergen"), "rain");
        send(session, session.createTopic("sports"), "no weather");
        host.restart();
        session = host.session();
        send(session, session.createTopic("weather.tromso"), "snow");
        MessageConsumer back = host.connectAs("desk").createSession(false, Session.AUTO_ACKNOWLEDGE)
                .createDurableSubscriber(all, "w");
        assertEquals(Set.of("rain", "snow"), Set.of(text(back.receive(WAIT)), text(back.receive(WAIT))));
        assertNull(back.receive(NOTHING));
    }

    @Test
    void theCreatorOfAQueueGetsNoMoreThanOtherConsumers() throws Exception {
        Destination queue = session.createQueue("shared");
        MessageConsumer creator = session.createConsumer(queue);
        MessageConsumer pattern = host.session().createConsumer(session.createQueue("shared.>"));
        MessageConsumer other = host.session().createConsumer(queue);
        for (int i = 0; i < 30; i++) {
            send(session, queue, "message " + i);
        }
        for (MessageConsumer each : new MessageConsumer[] {creator, pattern, other}) {
            for (int i = 0; i < 10; i++) {
                assertNotNull(each.receive(WAIT));
            }
            assertNull(each.receive(NOTHING));
        }
    }

    @Test
    void clientsGetAdvisoriesOfOtherProtocolsTopics() throws Exception {
        ActiveMQConnection connection = host.connect();
        DestinationSource source = connection.getDestinationSource();
        host.broker().topic("told", 1);
        ActiveMQQueue told = new ActiveMQQueue("told");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> source.getQueues().contains(told));
        delete("told");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !source.getQueues().contains(told));
    }

    @Test
    void aQueueThatIsCreatedAgainServesItsOldConsumers() throws Exception {
        Destination queue = session.createQueue("phoenix");
        MessageConsumer consumer = session.createConsumer(queue);
        send(session, queue, "before");
        assertEquals("before", text(consumer.receive(WAIT)));
        for (int round = 1; round <= 3; round++) {
            delete("phoenix");
            send(session, queue, "round " + round);
            assertEquals("round " + round, text(consumer.receive(WAIT)));
        }
        consumer.close();
        assertNull(session.createConsumer(queue).receive(NOTHING), "acknowledged messages are not delivered again");
    }

    @Test
    void subscribersStayAcrossTheDeletionOfTheirTopic() throws Exception {
        Topic news = session.createTopic("news");
        MessageConsumer plain = session.createConsumer(news);
        MessageConsumer pattern = session.createConsumer(session.createTopic("news.>"));
        ActiveMQConnection desk = host.connectAs("desk");
        MessageConsumer durable = desk.createSession(false, Session.AUTO_ACKNOWLEDGE).createDurableSubscriber(news, "paper");
        send(session, news, "old");
        for (MessageConsumer each : new MessageConsumer[] {plain, pattern, durable}) {
            assertEquals("old", text(each.receive(WAIT)));
        }
        delete("TOPIC%news");
        send(session, news, "new");
        for (MessageConsumer each : new MessageConsumer[] {plain, pattern, durable}) {
            assertEquals("new", text(each.receive(WAIT)));
        }
        assertTrue(desk.isStarted());
    }

    @Test
    void acknowledgingAfterQueueDeletionIsAccepted() throws Exception {
        Session client = host.connect().createSession(false, Session.CLIENT_ACKNOWLEDGE);
        Destination queue = client.createQueue("gone");
        MessageConsumer consumer = client.createConsumer(queue);
        send(session, queue, "held");
        var held = consumer.receive(WAIT);
        assertEquals("held", text(held));
        delete("gone");
        held.acknowledge();
        send(session, queue, "next");
        var next = consumer.receive(WAIT);
        assertEquals("next", text(next));
        next.acknowledge();
    }
}
