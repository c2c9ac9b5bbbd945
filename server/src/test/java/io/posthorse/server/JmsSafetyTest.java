package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionError;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.KeepAliveInfo;
import org.apache.activemq.command.LocalTransactionId;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.MessagePull;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.RemoveInfo;
import org.apache.activemq.command.RemoveSubscriptionInfo;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.TransactionInfo;
import org.apache.activemq.util.ByteSequence;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attacks of unidentified and hostile clients on the JMS port, which must not affect other clients. */
@Timeout(60)
class JmsSafetyTest {
    private static final long WAIT = 5_000;
    private static final String ME = "ID:me-1:1";

    @TempDir
    private Path directory;

    private TestBroker broker;
    private ActiveMQConnection bystander;

    @BeforeEach
    void start() throws JMSException {
        broker = TestBroker.start(directory);
        bystander = (ActiveMQConnection) new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:" + broker.server().openwirePort()).createConnection();
        bystander.start();
    }

    @AfterEach
    void stop() throws JMSException {
        bystander.close();
        broker.close();
    }

    private void assertOthersWork() throws JMSException {
        Session session = bystander.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var queue = session.createQueue("others");
        session.createProducer(queue).send(session.createTextMessage("alive"));
        assertEquals("alive", ((TextMessage) session.createConsumer(queue).receive(WAIT)).getText());
        session.close();
    }

    private static Throwable refused(Response answer) {
        return assertInstanceOf(ExceptionResponse.class, answer).getException();
    }

    private static ProducerId producer() {
        return new ProducerId(RawJms.session(ME), 1);
    }

    private static ActiveMQTextMessage message(String destination, long number) throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setText("text");
        message.setDestination(ActiveMQDestination.createDestination(destination, ActiveMQDestination.QUEUE_TYPE));
        message.setProducerId(producer());
        message.setMessageId(new MessageId(producer(), number));
        message.setPersistent(true);
        return message;
    }

    private static ConsumerInfo consumer(String connectionId, ActiveMQDestination from) {
        ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(connectionId), 1));
        info.setDestination(from);
        info.setPrefetchSize(10);
        return info;
    }

    @Test
    void secT15CommandsBeforeTheLoginAreRefused() throws Exception {
        DestinationInfo create = new DestinationInfo(
                new ConnectionId(ME), DestinationInfo.ADD_OPERATION_TYPE, new ActiveMQQueue("early"));
        MessagePull pull = new MessagePull();
        pull.setConsumerId(new ConsumerId(RawJms.session(ME), 1));
        pull.setDestination(new ActiveMQQueue("early"));
        List<Command> early = List.of(
                new SessionInfo(RawJms.session(ME)), new ProducerInfo(producer()), consumer(ME, new ActiveMQQueue("early")),
                message("early", 1), new MessageAck(), create, pull, new RemoveSubscriptionInfo(),
                new TransactionInfo(new ConnectionId(ME), null, TransactionInfo.RECOVER));
        for (Command command : early) {
            try (RawJms stranger = RawJms.greeted(broker)) {
                assertInstanceOf(SecurityException.class, refused(stranger.ask(command)), command.toString());
            }
        }
        assertEquals(17, broker.client().ask(TestBroker.PULL, TestBroker.pull("g", "early", 0, 0, "*", 0), NO_BODY).code());
        assertOthersWork();
    }

    @Test
    void secT15CommandsBeforeTheWireFormatAreRefused() throws Exception {
        try (RawJms stranger = RawJms.silent(broker)) {
            stranger.send(RawJms.login(ME, "c", null, null));
            stranger.readToTheEnd();
        }
        assertOthersWork();
    }

    @Test
    void secT10LengthsAreCheckedBeforeMemoryIsAllocated() throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, -1, 0, (64 << 10) + 1}) {
            try (RawJms stranger = RawJms.greeted(broker)) {
                stranger.sendBytes(ByteBuffer.allocate(8).putInt(length).array());
                stranger.readToTheEnd();
            }
        }
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.sendBytes(ByteBuffer.allocate(20_000).putInt(Integer.MAX_VALUE).array());
            client.readToTheEnd(); // it is not a message
        }
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.sendBytes(ByteBuffer.allocate(5).putInt(Integer.MAX_VALUE).put((byte) 22).array());
            client.readToTheEnd(); // neither is an acknowledgement
        }
        assertOthersWork();
    }

    @Test
    void secT13ABrokenCommandEndsItsConnectionOnly() throws Exception {
        for (byte[] rubbish : List.of(
                new byte[] {0, 0, 0, 3, 99, 1, 2}, new byte[] {0, 0, 0, 1, 23}, new byte[] {0, 0, 0, 2, 127, -1},
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII))) {
            try (RawJms client = RawJms.in(broker, ME, null, null)) {
                client.sendBytes(rubbish);
                client.readToTheEnd();
            }
        }
        assertOthersWork();
    }

    @Test
    void secT05ClientsCannotCreateExceptionsOfAnyClass() throws Exception {
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.send(new ExceptionResponse(new IllegalArgumentException("org.example.Gadget")));
            client.readToTheEnd();
        }
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            ConnectionError error = new ConnectionError();
            error.setException(new IllegalArgumentException("x"));
            client.send(error);
            client.readToTheEnd();
        }
        assertOthersWork();
    }

    @Test
    void invalidPropertiesAreRefused() throws Exception {
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.ask(new ProducerInfo(producer()));
            for (byte[] properties : List.of(
                    new byte[] {0x7F, -1, -1, -1}, new byte[] {0, 0, 0, 1, 0, 1, 'a', 99}, new byte[] {-1, -1, -1, -1})) {
                ActiveMQTextMessage message = message("odd", 1);
                message.setMarshalledProperties(new ByteSequence(properties));
                assertInstanceOf(MessageFormatException.class, refused(client.ask(message)));
            }
            assertFalse(client.ask(message("odd", 2)) instanceof ExceptionResponse);
        }
    }

    @Test
    void anInvalidBodyDoesNotBlockTheNextMessage() throws Exception {
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.ask(new ProducerInfo(producer()));
            ActiveMQTextMessage broken = message("bodies", 1);
            broken.setContent(new ByteSequence(new byte[] {0x7F, -1, -1, -1, 1}));
            broken.clearUnMarshalledState();
            assertFalse(client.ask(broken) instanceof ExceptionResponse);
            ActiveMQTextMessage packed = message("bodies", 2);
            packed.setCompressed(true);
            packed.setContent(new ByteSequence(new byte[] {1, 2, 3}));
            packed.clearUnMarshalledState();
            assertFalse(client.ask(packed) instanceof ExceptionResponse);
            assertFalse(client.ask(message("bodies", 3)) instanceof ExceptionResponse);
        }
        List<Stored> shown = broker.read("bodies", 0, 0);
        assertEquals(2, shown.getLast().offset());
        assertEquals("text", shown.getLast().text());
        assertOthersWork();
    }

    @Test
    void secT22ADecompressionBombIsNotShown() throws Exception {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(small)) {
            for (int megabyte = 0; megabyte < 100; megabyte++) {
                out.write(new byte[1 << 20]);
            }
        }
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.ask(new ProducerInfo(producer()));
            ActiveMQTextMessage bomb = message("bombs", 1);
            bomb.setCompressed(true);
            bomb.setContent(new ByteSequence(small.toByteArray()));
            bomb.clearUnMarshalledState();
            assertFalse(client.ask(bomb) instanceof ExceptionResponse);
            assertFalse(client.ask(message("bombs", 2)) instanceof ExceptionResponse);
        }
        List<Stored> shown = broker.read("bombs", 0, 0);
        assertEquals(List.of("text"), shown.stream().map(Stored::text).toList());
        assertOthersWork();
    }

    @Test
    void secT17ATemporaryDestinationBelongsToItsConnection() throws Exception {
        Session session = bystander.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var own = (ActiveMQTempQueue) session.createTemporaryQueue();
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            assertInstanceOf(InvalidDestinationException.class, refused(client.ask(consumer(ME, own))));
            ConsumerInfo browser = consumer(ME, own);
            browser.setBrowser(true);
            assertInstanceOf(InvalidDestinationException.class, refused(client.ask(browser)));
            assertInstanceOf(
                    InvalidDestinationException.class, refused(client.ask(consumer(ME, new ActiveMQTempQueue(">")))));
            assertInstanceOf(InvalidDestinationException.class, refused(client.ask(consumer(ME,
                    new ActiveMQQueue("plain," + own.getQualifiedName())))));
            assertInstanceOf(InvalidDestinationException.class, refused(client.ask(new DestinationInfo(
                    new ConnectionId(ME), DestinationInfo.REMOVE_OPERATION_TYPE, own))));
            assertInstanceOf(InvalidDestinationException.class, refused(client.ask(new DestinationInfo(
                    new ConnectionId(ME), DestinationInfo.ADD_OPERATION_TYPE, new ActiveMQTempQueue("ID:other:9:1")))));
        }
        for (String alias : List.of("TEMP-QUEUE%" + own.getPhysicalName(), "topic://rocketmq.TEMP-QUEUE%"
                + own.getPhysicalName())) {
            try (RawJms client = RawJms.in(broker, ME, null, null)) {
                ConsumerInfo info = consumer(
                        ME, ActiveMQDestination.createDestination(alias, ActiveMQDestination.QUEUE_TYPE));
                assertInstanceOf(InvalidDestinationException.class, refused(client.ask(info)), alias);
            }
        }
        String id = bystander.getConnectionInfo().getConnectionId().getValue();
        try (RawJms thief = RawJms.greeted(broker)) {
            assertInstanceOf(InvalidClientIDException.class, refused(thief.ask(RawJms.login(id, "thief", null, null))));
        }
        try (RawJms thief = RawJms.greeted(broker)) {
            assertInstanceOf(InvalidClientIDException.class, refused(
                    thief.ask(RawJms.login(ME, bystander.getConnectionInfo().getClientId(), null, null))));
        }
        session.createProducer(own).send(session.createTextMessage("mine"));
        assertNotNull(session.createConsumer(own).receive(WAIT));
    }

    @Test
    void aClosedConnectionAcceptsNoCommands() throws Exception {
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            client.ask(new RemoveInfo(new ConnectionId(ME)));
            assertInstanceOf(IllegalStateException.class, refused(client.ask(consumer(ME, new ActiveMQQueue("others")))));
        }
        assertOthersWork();
    }

    @Test
    void aQuietConnectionIsKeptAliveAndASilentOneIsClosed() throws Exception {
        try (RawJms client = RawJms.greeted(broker, 600)) {
            client.ask(RawJms.login(ME, ME, null, null));
            assertInstanceOf(KeepAliveInfo.class, client.read());
            client.readToTheEnd(); // it sends nothing itself
        }
        assertOthersWork();
    }

    @Test
    void secT23ResourcesOfAConnectionHaveALimit() {
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            for (int i = 0; i < 10_000; i++) {
                client.send(new ProducerInfo(new ProducerId(RawJms.session(ME), i)));
            }
            Throwable refusal = refused(client.ask(new ProducerInfo(new ProducerId(RawJms.session(ME), 10_000))));
            assertTrue(refusal.getMessage().contains("at most 10000 producers"), refusal.getMessage());
        }
    }

    /** Each transaction stays below its own limit, but many of them would fill the heap. */
    @Test
    void secT23AllOpenTransactionsHaveACommonLimit() throws Exception {
        int bytes = 12 << 20;
        long most = Runtime.getRuntime().maxMemory() / 4;
        assertTrue(most < 1L << 30, "the test would send as much; run it with -Xmx1g");
        try (RawJms client = RawJms.in(broker, ME, null, null)) {
            Throwable refusal = null;
            for (int i = 0; refusal == null; i++) {
                assertTrue((long) i * bytes <= most, "more than the limit was accepted");
                LocalTransactionId id = new LocalTransactionId(new ConnectionId(ME), i / 3);
                client.ask(new TransactionInfo(id.getConnectionId(), id, TransactionInfo.BEGIN));
                ActiveMQBytesMessage message = new ActiveMQBytesMessage();
                message.setContent(new ByteSequence(new byte[bytes]));
                message.setDestination(new ActiveMQQueue("heap"));
                message.setProducerId(producer());
                message.setMessageId(new MessageId(producer(), i + 1));
                message.setTransactionId(id);
                if (client.ask(message) instanceof ExceptionResponse response) {
                    refusal = response.getException();
                    assertTrue((long) (i + 1) * bytes > most, "refused too early: " + refusal);
                }
            }
            assertTrue(refusal.getMessage().contains("open transactions of all clients"), refusal.getMessage());
        }
        assertOthersWork();
        Session session = bystander.createSession(true, Session.SESSION_TRANSACTED);
        var queue = session.createQueue("heap");
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            session.createProducer(queue).send(session.createTextMessage("room again"));
            session.commit();
        });
        assertEquals("room again", ((TextMessage) session.createConsumer(queue).receive(WAIT)).getText());
    }

    @Test
    void secT21InvalidBytesDoNotFillTheLog() throws IOException {
        long before = complaints();
        long began = System.nanoTime();
        for (int i = 0; i < 300; i++) {
            try (RawJms stranger = RawJms.greeted(broker)) {
                stranger.sendBytes(new byte[] {0, 0, 0, 1, 99});
                stranger.readToTheEnd();
            }
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2; // the seconds that it touches
        long lines = complaints() - before;
        assertTrue(lines >= 1 && lines <= 10 * seconds, lines + " lines in " + seconds + " s");
    }

    /** Counts the broker's own lines; the log also contains the traces of its clients. */
    private static long complaints() throws IOException {
        return Files.readString(Path.of("target/trace.log"), StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.contains(" io.posthorse."))
                .count();
    }
}
