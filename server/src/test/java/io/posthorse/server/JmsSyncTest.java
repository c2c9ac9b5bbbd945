package io.posthorse.server;

import static io.posthorse.server.JmsHost.send;
import static io.posthorse.server.JmsHost.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.posthorse.codec.rocketmq.JsonReader;
import jakarta.jms.DeliveryMode;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.Map;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.SessionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JMS with synchronous flush: acknowledged messages are on stable storage. */
@Timeout(60)
class JmsSyncTest {
    private static final int RUNTIME_INFO = 28;
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private JmsHost host;
    private RawClient tool;

    @BeforeEach
    void start() {
        host = JmsHost.start(directory, "flushDiskType=SYNC_FLUSH");
        tool = host.broker().client();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private void requireDurable(String what) {
        String left = JsonReader.read(tool.ask(RUNTIME_INFO, Map.of()).body()).asObject().object("table")
                .text("remainHowManyDataToFlush", null);
        assertEquals("0 B", left, what);
    }

    @Test
    void acknowledgedMessagesAreOnStableStorage() throws Exception {
        Session session = host.session();
        Queue queue = session.createQueue("safe");
        MessageConsumer consumer = session.createConsumer(queue);
        for (int i = 0; i < 30; i++) {
            send(session, queue, "message " + i);
            requireDurable("message " + i);
        }
        Session transacted = host.connect().createSession(true, Session.SESSION_TRANSACTED);
        for (int i = 30; i < 40; i++) {
            send(transacted, queue, "message " + i);
            transacted.commit();
            requireDurable("transaction " + i);
        }
        for (int i = 0; i < 40; i++) {
            assertEquals("message " + i, text(consumer.receive(WAIT)));
        }
    }

    @Test
    void nonPersistentMessagesKeepTheirOrderAmongPersistentOnes() throws Exception {
        Session session = host.session();
        Queue queue = session.createQueue("mixed");
        MessageConsumer consumer = session.createConsumer(queue);
        MessageProducer producer = session.createProducer(queue);
        for (int i = 0; i < 100; i++) {
            producer.setDeliveryMode(i % 3 == 0 ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
            producer.send(session.createTextMessage("message " + i));
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("message " + i, text(consumer.receive(WAIT)));
        }
    }

    /** The client reconnects while the disk still works on its message, and sends it again. */
    @Test
    void aMessageRepeatedBeforeItsCommitIsStoredOnce() throws Exception {
        int rounds = 100;
        ConnectionInfo login = RawJms.login("ID:hasty-1:1", "hasty", null, null);
        login.setFailoverReconnect(true);
        for (int i = 1; i <= rounds; i++) {
            try (RawJms first = RawJms.greeted(host.broker()); RawJms second = RawJms.greeted(host.broker())) {
                first.ask(login);
                first.ask(new SessionInfo(RawJms.session("ID:hasty-1:1")));
                first.send(numbered(i));
                first.ask(new ProducerInfo(numbered(i).getProducerId())); // answered at once: its message was accepted
                second.ask(login);
                second.ask(new SessionInfo(RawJms.session("ID:hasty-1:1")));
                second.ask(numbered(i));
            }
        }
        Session session = host.session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("hasty"));
        for (int i = 1; i <= rounds; i++) {
            assertEquals("m" + i, text(consumer.receive(WAIT)));
        }
        assertNull(consumer.receive(NOTHING));
    }

    private static ActiveMQTextMessage numbered(int number) throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setText("m" + number);
        message.setPersistent(true);
        message.setDestination(new ActiveMQQueue("hasty"));
        message.setProducerId(new ProducerId(RawJms.session("ID:hasty-1:1"), 1));
        message.setMessageId(new MessageId(message.getProducerId(), number));
        message.setResponseRequired(true);
        return message;
    }
}
