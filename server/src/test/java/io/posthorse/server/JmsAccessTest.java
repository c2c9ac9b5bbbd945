package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.XASession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The permissions of JMS clients' users on destinations, and encryption. */
@Timeout(60)
class JmsAccessTest {
    private static final long WAIT = 5_000;
    private static final long NOTHING = 200;

    @TempDir
    private Path directory;

    private Users users;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        if (users != null) {
            users.close();
        }
    }

    private void start() {
        users = Users.start(directory)
                .user("alice", "Topic:orders Pub,Sub,Create Allow", "Topic:TOPIC%news Sub,Create Allow",
                        "Group:JMS-desk* Sub Allow")
                .user("bob", "Topic:invoices Pub,Sub,Create Allow", "Topic:TOPIC%news Pub,Sub,Create Allow",
                        "Group:JMS-desk* Sub Allow")
                .user("star", "Topic:* All Allow", "Group:mine Sub Allow")
                .user("reader", "Topic:orders Sub Allow");
    }

    private ActiveMQConnection connect(String user) throws JMSException {
        return connect(user, null);
    }

    private ActiveMQConnection connect(String user, String clientId) throws JMSException {
        String url = "tcp://127.0.0.1:" + users.broker().server().openwirePort();
        ActiveMQConnection made = (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection(
                user, user.equals(Users.ROOT) ? Users.ROOT_SECRET : Users.secret(user));
        open.add(made);
        if (clientId != null) {
            made.setClientID(clientId);
        }
        made.start();
        return made;
    }

    private Session session(String user) throws JMSException {
        return connect(user).createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private static void refused(Action action) {
        JMSException refusal = assertThrows(JMSException.class, action::run);
        Throwable cause = refusal.getCause() == null ? refusal : refusal.getCause();
        assertTrue(refusal instanceof JMSSecurityException || cause instanceof SecurityException, refusal.toString());
        assertTrue(refusal.getMessage().contains("not authorized"), refusal.getMessage());
    }

    private interface Action {
        void run() throws JMSException;
    }

    private static void send(Session session, Destination to, String text) throws JMSException {
        try (MessageProducer producer = session.createProducer(null)) {
            producer.send(to, session.createTextMessage(text));
        }
    }

    @Test
    void permissionToReadDoesNotIncludeWriting() throws Exception {
        start();
        Session alice = session("alice");
        ActiveMQQueue orders = new ActiveMQQueue("orders");
        send(alice, orders, "one");
        Session reader = session("reader");
        assertEquals("one", ((TextMessage) reader.createConsumer(orders).receive(WAIT)).getText());
        refused(() -> send(reader, orders, "two"));
        refused(() -> session("bob").createConsumer(orders));
        refused(() -> session("bob").createBrowser(orders).getEnumeration());
        refused(() -> session("alice").createProducer(new ActiveMQQueue("elsewhere")));
    }

    @Test
    void secT16EveryPartOfADestinationIsChecked() throws Exception {
        start();
        Session alice = session("alice");
        refused(() -> send(alice, new ActiveMQQueue("orders,invoices"), "both"));
        refused(() -> alice.createConsumer(new ActiveMQQueue("orders,invoices")));
        Session bob = session("bob");
        send(bob, new ActiveMQQueue("invoices"), "secret");
        refused(() -> alice.createConsumer(new ActiveMQQueue(">")));
        refused(() -> send(alice, new ActiveMQQueue(">"), "all"));
        Session transacted = connect("alice").createSession(true, Session.SESSION_TRANSACTED);
        send(transacted, new ActiveMQQueue("orders"), "allowed");
        send(transacted, new ActiveMQQueue("invoices"), "in a transaction"); // the client does not wait for an answer
        assertThrows(TransactionRolledBackException.class, transacted::commit);
        assertNull(alice.createConsumer(new ActiveMQQueue("orders")).receive(NOTHING));
        MessageConsumer invoices = bob.createConsumer(new ActiveMQQueue("invoices"));
        assertEquals("secret", ((TextMessage) invoices.receive(WAIT)).getText());
        assertNull(invoices.receive(NOTHING));
    }

    /** A rule about all topics does not cover the topics that the broker keeps for a group. */
    @Test
    void secT16TheTopicsOfAGroupBelongToTheGroupInJmsToo() throws Exception {
        start();
        RawClient root = users.root();
        assertEquals(0, root.ask(34, Map.of(), TestBroker.heartbeat("c", "private", "other", "*", 1)).code());
        Frame sent = root.ask(TestBroker.SEND_SHORT, TestBroker.shortSend("other", 0, ""), TestBroker.text("a dead letter"));
        String position = "" + Long.parseLong(sent.field("msgId").substring(16), 16);
        assertEquals(0, root.ask(36, Map.of(
                "group", "private", "offset", position, "delayLevel", "-1", "originTopic", "other")).code());
        Session star = session("star");
        MessageConsumer all = star.createConsumer(new ActiveMQQueue(">"));
        for (String name : List.of("%DLQ%private", "%RETRY%private")) {
            refused(() -> star.createConsumer(new ActiveMQQueue(name)));
            refused(() -> star.createBrowser(new ActiveMQQueue(name)).getEnumeration());
            refused(() -> send(star, new ActiveMQQueue(name), "forged"));
        }
        refused(() -> send(star, new ActiveMQQueue("RMQ_SYS_X"), "forged"));
        refused(() -> star.createConsumer(new ActiveMQQueue("RMQ_SYS_X")));
        refused(() -> send(session(Users.ROOT), new ActiveMQQueue("%DLQ%private"), "forged"));
        send(star, new ActiveMQQueue("plain"), "the only one");
        for (Message heard = all.receive(WAIT); !(heard instanceof TextMessage); heard = all.receive(WAIT)) {
            assertEquals("queue://other", heard.getJMSDestination().toString(), "a pattern matches nothing else");
        }
        assertEquals(0, Users.rule(root, "star", "Group:private Sub Allow").code());
        assertNotNull(star.createConsumer(new ActiveMQQueue("%DLQ%private")).receive(WAIT));
    }

    @Test
    void secT16AnOwnSubscriptionNeedsARuleForItsGroup() throws Exception {
        start();
        Session star = connect("star", "roof").createSession(false, Session.AUTO_ACKNOWLEDGE);
        refused(() -> star.createDurableSubscriber(new ActiveMQTopic("news"), "daily"));
        refused(() -> star.createConsumer(new ActiveMQQueue("Consumer.A.VirtualTopic.T")));
        RawClient root = users.root();
        assertEquals(0, Users.rule(root, "star", "Group:JMS-roof|daily Sub Allow").code());
        assertEquals(0, Users.rule(root, "star", "Group:JMS-Consumer* Sub Allow").code());
        star.createDurableSubscriber(new ActiveMQTopic("news"), "daily").close();
        star.createConsumer(new ActiveMQQueue("Consumer.A.VirtualTopic.T")).close();
    }

    private record Id(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {(byte) number};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    private XAResource manager(String user) throws JMSException {
        ActiveMQXAConnection made = (ActiveMQXAConnection) new ActiveMQXAConnectionFactory(
                "tcp://127.0.0.1:" + users.broker().server().openwirePort())
                .createXAConnection(user, user.equals(Users.ROOT) ? Users.ROOT_SECRET : Users.secret(user));
        open.add(made);
        made.start();
        return made.createXASession().getXAResource();
    }

    private void prepare(String user, String queue, Xid id) throws Exception {
        ActiveMQXAConnection made = (ActiveMQXAConnection) new ActiveMQXAConnectionFactory(
                "tcp://127.0.0.1:" + users.broker().server().openwirePort()).createXAConnection(user, Users.secret(user));
        made.start();
        XASession session = made.createXASession();
        session.getXAResource().start(id, XAResource.TMNOFLAGS);
        session.createProducer(new ActiveMQQueue(queue)).send(session.createTextMessage("of " + user));
        session.getXAResource().end(id, XAResource.TMSUCCESS);
        session.getXAResource().prepare(id);
        made.close();
    }

    @Test
    void secT17APreparedTransactionIsItsUsersOwn() throws Exception {
        start();
        prepare("alice", "orders", new Id(1));
        prepare("bob", "invoices", new Id(1)); // the same id, but another transaction
        XAResource bob = manager("bob");
        assertEquals(1, bob.recover(XAResource.TMSTARTRSCAN).length);
        bob.rollback(new Id(1));
        XAException gone = assertThrows(XAException.class, () -> bob.rollback(new Id(1)));
        assertEquals(XAException.XAER_NOTA, gone.errorCode);
        assertThrows(XAException.class, () -> bob.commit(new Id(1), false));
        assertEquals(0, bob.recover(XAResource.TMSTARTRSCAN).length);
        assertEquals(1, manager(Users.ROOT).recover(XAResource.TMSTARTRSCAN).length);
        manager("alice").commit(new Id(1), false);
        MessageConsumer orders = session("alice").createConsumer(new ActiveMQQueue("orders"));
        assertEquals("of alice", ((TextMessage) orders.receive(WAIT)).getText());
        prepare("alice", "orders", new Id(2));
        manager(Users.ROOT).commit(new Id(2), false);
        assertEquals("of alice", ((TextMessage) orders.receive(WAIT)).getText());
    }

    @Test
    void secT18AdvisoriesDoNotRevealOtherUsersDestinations() throws Exception {
        start();
        MessageConsumer alice = session("alice").createConsumer(new ActiveMQTopic("ActiveMQ.Advisory.>"));
        MessageConsumer root = session(Users.ROOT).createConsumer(new ActiveMQTopic("ActiveMQ.Advisory.>"));
        Session bob = session("bob");
        send(bob, new ActiveMQQueue("invoices"), "secret");
        bob.createConsumer(new ActiveMQQueue("invoices"));
        send(session("alice"), new ActiveMQQueue("orders"), "mine");
        String heard = heard(alice, "orders");
        assertTrue(heard.contains("orders"), heard);
        assertTrue(!heard.contains("invoices") && !heard.contains("bob"), heard);
        String all = heard(root, "orders");
        assertTrue(all.contains("invoices") && all.contains("bob") && all.contains("orders"), all);
        assertTrue(!all.contains(Users.secret("bob")), all);
    }

    /** Returns all advisories up to the first about a destination. */
    private static String heard(MessageConsumer consumer, String until) throws JMSException {
        StringBuilder all = new StringBuilder();
        while (true) {
            ActiveMQMessage message = (ActiveMQMessage) consumer.receive(WAIT);
            assertNotNull(message, () -> "never heard of " + until + ": " + all);
            if (message.getDataStructure() instanceof ConnectionInfo info) {
                all.append(info.getUserName()).append(' ').append(info.getPassword()).append(' ');
            }
            all.append(message.getDataStructure()).append('\n');
            if (message.getDataStructure() instanceof DestinationInfo info
                    && info.getDestination().getPhysicalName().equals(until)) {
                return all.toString();
            }
        }
    }

    @Test
    void secT17ADurableSubscriptionIsItsUsersOwn() throws Exception {
        start();
        Topic news = new ActiveMQTopic("news");
        ActiveMQConnection alice = connect("alice", "desk");
        alice.createSession(false, Session.AUTO_ACKNOWLEDGE).createDurableSubscriber(news, "daily");
        alice.close();
        ActiveMQConnection bob = connect("bob", "desk");
        Session session = bob.createSession(false, Session.AUTO_ACKNOWLEDGE);
        JMSException refusal = assertThrows(JMSException.class, () -> session.createDurableSubscriber(news, "daily"));
        assertTrue(refusal.getMessage().contains("another user"), refusal.getMessage());
        assertThrows(JMSException.class, () -> session.unsubscribe("daily"));
        send(session, news, "extra");
        bob.close();
        MessageConsumer again = connect("alice", "desk").createSession(false, Session.AUTO_ACKNOWLEDGE)
                .createDurableSubscriber(news, "daily");
        assertEquals("extra", ((TextMessage) again.receive(WAIT)).getText());
    }

    @Test
    void secT17AnotherUserCannotTakeAConnectionOver() throws Exception {
        start();
        ActiveMQConnection alice = connect("alice", "desk");
        ConnectionInfo login = RawJms.login(
                alice.getConnectionInfo().getConnectionId().getValue(), "desk", "bob", Users.secret("bob"));
        login.setFailoverReconnect(true);
        try (RawJms thief = RawJms.greeted(users.broker())) {
            assertInstanceOf(ExceptionResponse.class, thief.ask(login));
        }
        send(alice.createSession(false, Session.AUTO_ACKNOWLEDGE), new ActiveMQQueue("orders"), "still here");
    }

    @Test
    void aDeletedUserIsRefusedOnAnOpenConnection() throws Exception {
        start();
        Session alice = session("alice");
        send(alice, new ActiveMQQueue("orders"), "one");
        assertEquals(0, users.root().ask(3003, Map.of("username", "alice")).code());
        JMSException refusal = assertThrows(JMSException.class, () -> send(alice, new ActiveMQQueue("orders"), "two"));
        assertTrue(refusal.getMessage().contains("no longer has access"), refusal.getMessage());
    }

    @Test
    void aConsumerWithoutPermissionIsDisconnected() throws Exception {
        start();
        ActiveMQConnection reader = connect("reader");
        Session session = reader.createSession(false, Session.AUTO_ACKNOWLEDGE);
        send(session("alice"), new ActiveMQQueue("orders"), "one");
        MessageConsumer consumer = session.createConsumer(new ActiveMQQueue("orders"));
        assertNotNull(consumer.receive(WAIT));
        assertEquals(0, users.root().ask(3003, Map.of("username", "reader")).code());
        Awaitility.await().until(reader::isTransportFailed);
    }

    // ---- encryption

    private static void roundTrip(ConnectionFactory factory) throws JMSException {
        try (var connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            send(session, new ActiveMQQueue("q"), "sealed");
            assertEquals("sealed", ((TextMessage) session.createConsumer(new ActiveMQQueue("q")).receive(WAIT)).getText());
        }
    }

    @Test
    void onePortAcceptsEncryptedAndPlainConnections() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (TestBroker broker = TestBroker.start(directory.resolve("data"), "tls.server.mode=PERMISSIVE",
                "tls.server.certPath=" + certificates.file("server.pem"), "tls.server.keyPath="
                + certificates.file("server.key"))) {
            int port = broker.server().openwirePort();
            roundTrip(ssl(certificates, port));
            roundTrip(new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port));
        }
    }

    @Test
    void plainConnectionsAreClosedWhereEncryptionIsRequired() throws Exception {
        Certificates certificates = new Certificates(directory).make("server");
        try (TestBroker broker = TestBroker.start(directory.resolve("data"), "tls.server.mode=ENFORCING",
                "tls.server.certPath=" + certificates.file("server.pem"), "tls.server.keyPath="
                + certificates.file("server.key"))) {
            int port = broker.server().openwirePort();
            roundTrip(ssl(certificates, port));
            assertThrows(
                    JMSException.class, () -> roundTrip(new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port)));
        }
    }

    private static ConnectionFactory ssl(Certificates certificates, int port) throws Exception {
        ActiveMQSslConnectionFactory factory = new ActiveMQSslConnectionFactory("ssl://127.0.0.1:" + port);
        java.security.KeyStore trust = java.security.KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", certificates.certificate("server"));
        Path store = certificates.file("trust.p12");
        try (var out = java.nio.file.Files.newOutputStream(store)) {
            trust.store(out, "changeit".toCharArray());
        }
        factory.setTrustStore(store.toString());
        factory.setTrustStoreType("PKCS12");
        factory.setTrustStorePassword("changeit");
        return factory;
    }
}
