package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQBlobMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.BrokerId;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionControl;
import org.apache.activemq.command.ConsumerControl;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.ControlCommand;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.FlushCommand;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerAck;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ActiveMQ's own client seldom or never sends. */
@Timeout(60)
class JmsCommandsTest {
    private static final String ME = "ID:me-1:1";
    private static final ActiveMQQueue QUEUE = new ActiveMQQueue("commands");

    @TempDir
    private Path directory;

    private TestBroker broker;
    private RawJms client;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        client = RawJms.in(broker, ME, null, null);
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    private static ProducerId producer() {
        return new ProducerId(RawJms.session(ME), 1);
    }

    private static <M extends Message> M numbered(M message, long number) {
        message.setDestination(QUEUE);
        message.setProducerId(producer());
        message.setMessageId(new MessageId(producer(), number));
        message.setPersistent(true);
        return message;
    }

    private ConsumerId consume(int prefetch) {
        ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(ME), 1));
        info.setDestination(QUEUE);
        info.setPrefetchSize(prefetch);
        accepted(info);
        return info.getConsumerId();
    }

    private void accepted(Command command) {
        Response answer = client.ask(command);
        assertFalse(answer instanceof ExceptionResponse, () -> String.valueOf(((ExceptionResponse) answer).getException()));
    }

    private Message next() {
        Command command = client.read();
        while (!(command instanceof MessageDispatch)) {
            command = client.read();
        }
        return ((MessageDispatch) command).getMessage();
    }

    @Test
    void otherBrokersAreRefused() {
        BrokerInfo bridge = new BrokerInfo();
        bridge.setBrokerId(new BrokerId("ID:other"));
        bridge.setNetworkConnection(true);
        Throwable refusal = assertInstanceOf(ExceptionResponse.class, client.ask(bridge)).getException();
        assertTrue(refusal.getMessage().contains("Networks of brokers"), refusal.getMessage());
    }

    @Test
    void controlCommandsAreRefused() {
        ControlCommand shutdown = new ControlCommand();
        shutdown.setCommand("shutdown");
        assertInstanceOf(ExceptionResponse.class, client.ask(shutdown));
        accepted(new FlushCommand());
    }

    @Test
    void responsesFromAClientEndItsConnection() {
        client.send(new Response());
        client.readToTheEnd();
    }

    @Test
    void commandsForClientsAreIgnored() {
        client.send(new ConnectionControl());
        client.send(new ProducerAck(producer(), 1));
        accepted(new FlushCommand());
    }

    @Test
    void aProducerWithAWindowGetsAcknowledgements() throws Exception {
        ProducerInfo info = new ProducerInfo(producer());
        info.setWindowSize(10_000);
        accepted(info);
        ActiveMQTextMessage message = numbered(new ActiveMQTextMessage(), 1);
        message.setText("windowed");
        client.send(message);
        ProducerAck taken = assertInstanceOf(ProducerAck.class, client.read());
        assertEquals(producer(), taken.getProducerId());
        assertTrue(taken.getSize() > 0);
    }

    @Test
    void aConsumerCanRaiseItsPrefetch() throws Exception {
        accepted(new ProducerInfo(producer()));
        for (int number = 1; number <= 3; number++) {
            accepted(numbered(new ActiveMQTextMessage(), number));
        }
        ConsumerId consumer = consume(1);
        assertEquals(1, next().getMessageId().getProducerSequenceId());
        ConsumerControl more = new ConsumerControl();
        more.setConsumerId(consumer);
        more.setPrefetch(2);
        client.send(more);
        assertEquals(2, next().getMessageId().getProducerSequenceId());
        more.setPrefetch(3);
        client.send(more);
        assertEquals(3, next().getMessageId().getProducerSequenceId());
    }

    @Test
    void aBlobMessageIsReturnedUnchanged() throws Exception {
        accepted(new ProducerInfo(producer()));
        ActiveMQBlobMessage blob = numbered(new ActiveMQBlobMessage(), 1);
        blob.setURL(java.net.URI.create("http://127.0.0.1/file").toURL());
        blob.setMimeType("text/plain");
        accepted(blob);
        consume(1);
        ActiveMQBlobMessage back = assertInstanceOf(ActiveMQBlobMessage.class, next());
        assertEquals("http://127.0.0.1/file", back.getURL().toString());
        assertEquals("text/plain", back.getMimeType());
    }

    @Test
    void aRetroactiveConsumerGetsOlderMessages() throws Exception {
        try (ActiveMQConnection connection = (ActiveMQConnection) new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:" + broker.server().openwirePort()).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createProducer(new ActiveMQTopic("news")).send(session.createTextMessage("yesterday"));
            var consumer = session.createConsumer(new ActiveMQTopic("news?consumer.retroactive=true"));
            assertEquals("yesterday", ((TextMessage) consumer.receive(5_000)).getText());
        }
    }
}
