package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.BrokerId;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionError;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.FlushCommand;
import org.apache.activemq.command.KeepAliveInfo;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.WireFormatInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of connections: silent clients, old and new ones, other brokers. */
@Timeout(60)
class JmsConnectionsTest {
    private static final long WAIT = 5_000;

    @TempDir
    private Path directory;

    @Test
    void aClientWithoutKeepAliveStaysConnected() throws Exception {
        try (JmsHost host = JmsHost.start(directory, "connection.idle.seconds=1")) {
            List<String> heard = new CopyOnWriteArrayList<>();
            ActiveMQConnection silent = host.started((ActiveMQConnection) new ActiveMQConnectionFactory(
                    host.url() + "?wireFormat.maxInactivityDuration=0").createConnection());
            silent.setExceptionListener(e -> heard.add(e.toString()));
            Session session = silent.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue("seldom"));
            Awaitility.await().during(Duration.ofMillis(2_500)).until(heard::isEmpty);
            JmsHost.send(host.session(), session.createQueue("seldom"), "after");
            assertEquals("after", JmsHost.text(consumer.receive(WAIT)));
        }
    }

    /** The commands of an ActiveMQ network connector, which repeats them without end. */
    @Test
    void anotherBrokerIsRefusedOnceAndThenIgnored() throws Exception {
        BrokerInfo bridge = new BrokerInfo();
        bridge.setBrokerId(new BrokerId("ID:other-1"));
        bridge.setBrokerName("other");
        bridge.setNetworkConnection(true);
        try (TestBroker broker = TestBroker.start(directory)) {
            try (RawJms first = RawJms.greeted(broker)) {
                first.send(bridge);
                String reason = next(first, ConnectionError.class).getException().getMessage();
                assertTrue(reason.contains("Networks of brokers are not supported"), reason);
            }
            try (RawJms again = RawJms.greeted(broker)) {
                again.send(bridge);
                assertEquals(Response.class, again.ask(RawJms.login("ID:other-1:1", "NC_other", null, null)).getClass());
                assertEquals(Response.class, again.ask(new SessionInfo(RawJms.session("ID:other-1:1"))).getClass());
                ConsumerInfo demand = new ConsumerInfo(new ConsumerId(RawJms.session("ID:other-1:1"), 1));
                demand.setDestination(new ActiveMQTopic("ActiveMQ.Advisory.Consumer.>"));
                assertEquals(Response.class, again.ask(demand).getClass());
                again.send(new KeepAliveInfo());
            }
        }
    }

    private static <C> C next(RawJms client, Class<C> kind) {
        Command command = client.read();
        while (!kind.isInstance(command)) {
            command = client.read();
        }
        return kind.cast(command);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 100})
    void everyVersionOfTheWireFormatIsSupportedAndNewerOnesAreNegotiatedDown(int version) throws Exception {
        try (TestBroker broker = TestBroker.start(directory); RawJms client = RawJms.greeted(broker, 30_000, version)) {
            assertEquals(12, assertInstanceOf(WireFormatInfo.class, client.read()).getVersion());
            assertEquals(Response.class, client.ask(RawJms.login("ID:v-1:1", "v", null, null)).getClass());
            client.ask(new SessionInfo(RawJms.session("ID:v-1:1")));
            ProducerId producer = new ProducerId(RawJms.session("ID:v-1:1"), 1);
            client.ask(new ProducerInfo(producer));
            ActiveMQTextMessage message = new ActiveMQTextMessage();
            message.setText("version " + version);
            message.setStringProperty("key", "value");
            message.setDestination(new ActiveMQQueue("versions"));
            message.setProducerId(producer);
            message.setMessageId(new MessageId(producer, 1));
            message.setPersistent(true);
            assertEquals(Response.class, client.ask(message).getClass());
            ConsumerInfo consumer = new ConsumerInfo(new ConsumerId(RawJms.session("ID:v-1:1"), 1));
            consumer.setDestination(new ActiveMQQueue("versions"));
            consumer.setPrefetchSize(1);
            client.send(consumer);
            ActiveMQTextMessage back = (ActiveMQTextMessage) next(client, MessageDispatch.class).getMessage();
            assertEquals("version " + version, back.getText());
            assertEquals("value", back.getStringProperty("key"));
            assertEquals(Response.class, client.ask(new FlushCommand()).getClass());
        }
    }
}
