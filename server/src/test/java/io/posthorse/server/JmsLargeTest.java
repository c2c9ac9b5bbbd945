package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages of the maximum size and beyond: a refused send affects neither the connection nor other sends. */
@Timeout(60)
class JmsLargeTest {
    private static final long WAIT = 20_000;
    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;

    private JmsHost host;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws JMSException {
        host.close();
    }

    private ActiveMQConnection connect(String url) throws JMSException {
        ActiveMQConnection made = (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection();
        made.setExceptionListener(e -> heard.add(String.valueOf(e)));
        return host.started(made);
    }

    private ActiveMQConnection bounded(String before, String behind) throws JMSException {
        host = JmsHost.start(directory, "jms.command.bytes.max=" + MIB);
        return connect(before + host.url() + behind);
    }

    private static BytesMessage bytes(Session session, int length) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        message.writeBytes(body);
        return message;
    }

    private static void goesOn(Session session, Queue queue) throws JMSException {
        session.createProducer(queue).send(bytes(session, MIB - 4_096));
        BytesMessage back = (BytesMessage) session.createConsumer(queue).receive(WAIT);
        assertEquals(MIB - 4_096, back.getBodyLength());
    }

    private void isRefused(ActiveMQConnection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("large");
        MessageProducer producer = session.createProducer(queue);
        for (int length : new int[] {MIB, 3 * MIB, 20 * MIB}) {
            BytesMessage message = bytes(session, length);
            String why = assertThrows(JMSException.class, () -> producer.send(message)).getMessage();
            assertTrue(why.contains("jms.command.bytes.max"), why);
        }
        goesOn(session, queue);
        assertEquals(List.of(), heard);
    }

    @Test
    void aTooLargeMessageIsRefusedOnAnOpenConnection() throws Exception {
        isRefused(bounded("", ""));
    }

    @Test
    void aFailoverClientGetsTheRefusalAndDoesNotRetry() throws Exception {
        isRefused(bounded("failover:(", ")"));
    }

    @Test
    void aTransactionWithATooLargeMessageIsRolledBack() throws Exception {
        ActiveMQConnection connection = bounded("", "");
        Session other = connection.createSession(true, Session.SESSION_TRANSACTED);
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        Queue queue = session.createQueue("large");
        MessageProducer producer = session.createProducer(queue);
        other.createProducer(queue).send(bytes(other, 1));
        producer.send(bytes(session, 2));
        producer.send(bytes(session, 2 * MIB)); // waits for no answer
        assertThrows(TransactionRolledBackException.class, session::commit);
        other.commit();
        producer.send(bytes(session, 3));
        session.commit();
        Session reader = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var consumer = reader.createConsumer(queue);
        assertEquals(1, ((BytesMessage) consumer.receive(WAIT)).getBodyLength());
        assertEquals(3, ((BytesMessage) consumer.receive(WAIT)).getBodyLength());
    }

    @Test
    void anAsyncSendReportsTheRefusalToTheListener() throws Exception {
        ActiveMQConnection connection = bounded("", "?jms.useAsyncSend=true");
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue("large");
        session.createProducer(queue).send(bytes(session, 2 * MIB));
        Awaitility.await().until(() -> !heard.isEmpty());
        assertTrue(heard.getFirst().contains("jms.command.bytes.max"), heard.getFirst());
        goesOn(session, queue);
    }

    @Test
    void fortyMebibytesAreReceivedAndSurviveARestart() throws Exception {
        String segments = "mappedFileSizeCommitLog=" + 128 * MIB;
        host = JmsHost.start(directory, segments);
        Session session = host.session();
        Queue queue = session.createQueue("large");
        BytesMessage message = bytes(session, 40 * MIB);
        session.createProducer(queue).send(message);
        isSame(session, queue, Session.CLIENT_ACKNOWLEDGE);
        host.restart(segments);
        isSame(host.session(), queue, Session.AUTO_ACKNOWLEDGE);
    }

    private void isSame(Session session, Queue queue, int mode) throws JMSException {
        try (Session reader = host.connect().createSession(false, mode)) {
            BytesMessage back = (BytesMessage) reader.createConsumer(queue).receive(WAIT);
            byte[] body = new byte[(int) back.getBodyLength()];
            back.readBytes(body);
            byte[] expected = new byte[40 * MIB];
            new Random(expected.length).nextBytes(expected);
            assertArrayEquals(expected, body);
        }
        session.close();
    }
}
