package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.TransactionInfo;
import org.apache.activemq.command.XATransactionId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transaction managers: prepared and joined transactions, with restarts between. */
@Timeout(60)
class JmsXaTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 150;

    @TempDir
    private Path directory;

    private JmsHost host;

    private void start() {
        host = JmsHost.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private record Id(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 77;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return ("global-" + number).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {(byte) number};
        }
    }

    private ActiveMQXAConnection xa() throws JMSException {
        return host.started((ActiveMQXAConnection) new ActiveMQXAConnectionFactory(
                host.url() + "?jms.prefetchPolicy.all=0").createXAConnection());
    }

    @Test
    void aPreparedTransactionSurvivesARestart() throws Exception {
        start();
        Session plain = host.session();
        Queue in = plain.createQueue("xa-in");
        Queue out = plain.createQueue("xa-out");
        plain.createProducer(in).send(plain.createTextMessage("taken"));
        plain.createProducer(in).send(plain.createTextMessage("given back"));
        for (int number = 1; number <= 2; number++) {
            var session = xa().createXASession();
            XAResource resource = session.getXAResource();
            resource.start(new Id(number), XAResource.TMNOFLAGS);
            assertNotNull(session.createConsumer(in).receive(WAIT));
            session.createProducer(out).send(session.createTextMessage("result " + number));
            resource.end(new Id(number), XAResource.TMSUCCESS);
            assertEquals(XAResource.XA_OK, resource.prepare(new Id(number)));
            session.close();
        }
        assertNull(plain.createConsumer(in).receive(NOTHING));
        assertNull(plain.createConsumer(out).receive(NOTHING));
        host.restart();
        Session after = host.session();
        MessageConsumer inAgain = after.createConsumer(in);
        MessageConsumer outAgain = after.createConsumer(out);
        assertNull(inAgain.receive(NOTHING));
        assertNull(outAgain.receive(NOTHING));
        XAResource resource = xa().createXASession().getXAResource();
        assertEquals(2, resource.recover(XAResource.TMSTARTRSCAN).length);
        resource.commit(new Id(1), false);
        assertEquals("result 1", ((TextMessage) outAgain.receive(WAIT)).getText());
        resource.rollback(new Id(2));
        Message back = inAgain.receive(WAIT);
        assertEquals("given back", ((TextMessage) back).getText());
        assertTrue(back.getJMSRedelivered()); // a consumer had it before the restart
        assertEquals(2, back.getIntProperty("JMSXDeliveryCount"));
        assertNull(inAgain.receive(NOTHING));
        assertNull(outAgain.receive(NOTHING));
        assertEquals(0, resource.recover(XAResource.TMSTARTRSCAN).length);
        XAException unknown = assertThrows(XAException.class, () -> resource.commit(new Id(1), false));
        assertEquals(XAException.XAER_NOTA, unknown.errorCode);
    }

    @Test
    void twoConnectionsWorkInOneGlobalTransaction() throws Exception {
        start();
        ActiveMQXAConnectionFactory factory = new ActiveMQXAConnectionFactory(host.url());
        ActiveMQXAConnection a = host.started((ActiveMQXAConnection) factory.createXAConnection());
        ActiveMQXAConnection b = host.started((ActiveMQXAConnection) factory.createXAConnection());
        var sessionA = a.createXASession();
        var sessionB = b.createXASession();
        Queue queue = sessionA.createQueue("joined");
        Xid xid = new Id(9);
        sessionA.getXAResource().start(xid, XAResource.TMNOFLAGS);
        sessionB.getXAResource().start(xid, XAResource.TMJOIN);
        sessionA.createProducer(queue).send(sessionA.createTextMessage("from a"));
        sessionB.createProducer(queue).send(sessionB.createTextMessage("from b"));
        sessionB.getXAResource().end(xid, XAResource.TMSUCCESS);
        sessionA.getXAResource().end(xid, XAResource.TMSUCCESS);
        assertEquals(XAResource.XA_OK, sessionA.getXAResource().prepare(xid));
        b.close();
        sessionA.getXAResource().commit(xid, false);
        MessageConsumer consumer = host.session().createConsumer(queue);
        assertNotNull(consumer.receive(WAIT));
        assertNotNull(consumer.receive(WAIT));
        assertNull(consumer.receive(NOTHING));
    }

    @Test
    void preparedMessagesAreDeliveredAgainAfterARollback() throws Exception {
        start();
        Session plain = host.session();
        Queue queue = plain.createQueue("again");
        plain.createProducer(queue).send(plain.createTextMessage("one"));
        ActiveMQXAConnection manager = host.started(
                (ActiveMQXAConnection) new ActiveMQXAConnectionFactory(host.url()).createXAConnection());
        var session = manager.createXASession();
        MessageConsumer consumer = session.createConsumer(queue);
        for (int round = 1; round <= 2; round++) {
            Xid xid = new Id(20 + round);
            session.getXAResource().start(xid, XAResource.TMNOFLAGS);
            assertEquals("one", ((TextMessage) consumer.receive(WAIT)).getText(), "round " + round);
            session.getXAResource().end(xid, XAResource.TMSUCCESS);
            assertEquals(XAResource.XA_OK, session.getXAResource().prepare(xid));
            if (round == 1) {
                session.getXAResource().rollback(xid);
            } else {
                session.getXAResource().commit(xid, false);
            }
        }
        manager.close();
        assertNull(plain.createConsumer(queue).receive(NOTHING));
        assertNull(plain.createConsumer(plain.createQueue("ActiveMQ.DLQ")).receive(NOTHING));
    }

    /** The consumer still has it, so it must not be sent to it again. */
    @Test
    void aRollbackAfterPrepareLeavesMessagesWithTheirOpenConsumer() throws Exception {
        start();
        Session plain = host.session();
        JmsHost.send(plain, plain.createQueue("hands"), "mine");
        String me = "ID:manager-1:1";
        try (RawJms client = RawJms.in(host.broker(), me, null, null)) {
            ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(me), 1));
            info.setDestination(new ActiveMQQueue("hands"));
            info.setPrefetchSize(10);
            client.send(info);
            Command first = client.read();
            MessageDispatch dispatch = assertInstanceOf(MessageDispatch.class, first);
            XATransactionId xid = new XATransactionId(new Id(31));
            client.ask(new TransactionInfo(new ConnectionId(me), xid, TransactionInfo.BEGIN));
            MessageAck ack = new MessageAck(dispatch, MessageAck.STANDARD_ACK_TYPE, 1);
            ack.setTransactionId(xid);
            client.ask(ack);
            for (byte step : new byte[] {TransactionInfo.END, TransactionInfo.PREPARE, TransactionInfo.ROLLBACK}) {
                assertFalse(client.ask(new TransactionInfo(new ConnectionId(me), xid, step)) instanceof ExceptionResponse);
            }
            JmsHost.send(plain, plain.createQueue("hands"), "next");
            Command second = client.read();
            assertEquals("next", JmsHost.text(
                    (ActiveMQTextMessage) assertInstanceOf(MessageDispatch.class, second).getMessage()));
            ack.setTransactionId(null);
            assertFalse(client.ask(ack) instanceof ExceptionResponse, "this consumer must still acknowledge it");
        }
        assertEquals("next", JmsHost.text(plain.createConsumer(plain.createQueue("hands")).receive(WAIT)));
    }
}
