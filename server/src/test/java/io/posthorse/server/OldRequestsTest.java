package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import jakarta.jms.DeliveryMode;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.SessionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests about single old messages, which another thread reads first. */
@Timeout(60)
class OldRequestsTest {
    private static final int VIEW = 33;
    private static final int SEND_BACK = 36;
    private static final int TOPIC_STATS = 202;
    private static final int CONSUME_STATS = 208;
    private static final int TIME_SPAN = 303;
    private static final int RECALL = 370;
    private static final long WAIT = 10_000;
    private static final long NOTHING = 300;
    private static final String DEAD_LETTERS = "ActiveMQ.DLQ";

    @TempDir
    Path directory;

    private JmsHost host;
    private RawClient client;

    @BeforeEach
    void start() {
        host = JmsHost.start(directory, "read.hot.bytes=1048576");
        host.broker().topic("filler", 1);
        host.broker().topic("T", 2);
        client = host.broker().client();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    /** Writes so much that earlier messages are no longer in the newest part of the log. */
    private void writeMuch() {
        String megabyte = "x".repeat(1 << 20);
        host.broker().sent("filler", 0, "", megabyte);
        host.broker().sent("filler", 0, "", megabyte);
    }

    private Frame asked(int code, Map<String, String> fields) {
        Frame answer = client.ask(code, fields);
        assertEquals(0, answer.code(), answer.remark());
        return answer;
    }

    private static long position(Frame sent) {
        String id = sent.field("msgId");
        return Long.parseLong(id, id.length() - 16, id.length(), 16);
    }

    @Test
    void anOldMessageIsReadAndSentBack() {
        long position = position(host.broker().sent("T", 0, "", "old"));
        asked(17, Map.of("topic", "%RETRY%G", "defaultTopic", "TBW102", "readQueueNums", "1", "writeQueueNums", "1",
                "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
        writeMuch();
        assertEquals("old", Stored.all(asked(VIEW, Map.of("offset", "" + position)).body()).getFirst().text());
        Frame none = client.ask(VIEW, Map.of("offset", "" + (position + 8)));
        assertTrue(none.remark().contains("can not find message"), none.remark());
        Frame back = client.ask(SEND_BACK, Map.of(
                "group", "G", "offset", "" + position, "delayLevel", "1", "originMsgId", "", "originTopic", "T"));
        assertTrue(back.code() == 0 || back.code() == 26, back.remark());
    }

    @Test
    void statisticsContainTheTimesOfOldMessages() {
        long before = System.currentTimeMillis();
        host.broker().sent("T", 0, "", "old");
        host.broker().sent("T", 1, "", "old");
        writeMuch();
        JsonValue.Obj stats = JsonReader.read(asked(TOPIC_STATS, Map.of("topic", "T")).body()).asObject();
        String text = new String(asked(TOPIC_STATS, Map.of("topic", "T")).body(), StandardCharsets.UTF_8);
        assertNotNull(stats.object("offsetTable"));
        List<Long> times = times(text, "lastUpdateTimestamp");
        assertEquals(2, times.size());
        assertTrue(times.stream().allMatch(time -> time >= before), text);
        asked(15, Map.of("consumerGroup", "G", "topic", "T", "queueId", "0", "commitOffset", "1"));
        String behind = new String(
                asked(CONSUME_STATS, Map.of("consumerGroup", "G", "topic", "T")).body(), StandardCharsets.UTF_8);
        assertTrue(times(behind, "lastTimestamp").stream().anyMatch(time -> time >= before), behind);
        String spans = new String(asked(TIME_SPAN, Map.of("topic", "T", "group", "G")).body(), StandardCharsets.UTF_8);
        assertTrue(times(spans, "minTimeStamp").stream().allMatch(time -> time >= before), spans);
    }

    private static List<Long> times(String json, String name) {
        return java.util.regex.Pattern.compile("\"" + name + "\":(-?[0-9]+)").matcher(json).results()
                .map(found -> Long.parseLong(found.group(1))).toList();
    }

    @Test
    void anOldDelayedMessageIsRecalled() {
        Frame sent = client.ask(310, TestBroker.shortSend("T", 0, "UNIQ_KEY\u0001K1\u0002TIMER_DELAY_SEC\u0001900\u0002"),
                "later".getBytes(StandardCharsets.UTF_8));
        assertEquals(0, sent.code(), sent.remark());
        writeMuch();
        Map<String, String> recall = Map.of(
                "producerGroup", "Producers", "topic", "T", "recallHandle", sent.field("recallHandle"));
        asked(RECALL, recall);
        assertTrue(client.ask(RECALL, recall).remark().contains("no longer waits"), "it is recalled only once");
    }

    private record Id(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {1};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {(byte) number};
        }
    }

    @Test
    void oldPreparedTransactionsAreDecided() throws Exception {
        Queue queue = host.session().createQueue("xa");
        ActiveMQXAConnection connection = host.started((ActiveMQXAConnection) new ActiveMQXAConnectionFactory(
                host.url()).createXAConnection());
        for (int number = 1; number <= 2; number++) {
            var session = connection.createXASession();
            XAResource resource = session.getXAResource();
            resource.start(new Id(number), XAResource.TMNOFLAGS);
            session.createProducer(queue).send(session.createTextMessage("result " + number));
            resource.end(new Id(number), XAResource.TMSUCCESS);
            assertEquals(XAResource.XA_OK, resource.prepare(new Id(number)));
        }
        writeMuch();
        XAResource resource = connection.createXASession().getXAResource();
        resource.rollback(new Id(1));
        resource.commit(new Id(2), false);
        MessageConsumer consumer = host.session().createConsumer(queue);
        assertEquals("result 2", JmsHost.text(consumer.receive(WAIT)));
        assertNull(consumer.receive(NOTHING));
    }

    /** Later commands wait for the lookup, so that the order is kept. */
    @Test
    void anOldMessageRepeatedAfterAFailoverIsFound() throws Exception {
        ConnectionInfo login = RawJms.login("ID:resender-1:1", "resender", null, null);
        try (RawJms first = RawJms.greeted(host.broker())) {
            first.ask(login);
            first.ask(new SessionInfo(RawJms.session("ID:resender-1:1")));
            first.ask(numbered(login, 1, true));
        }
        writeMuch();
        login.setFailoverReconnect(true);
        try (RawJms again = RawJms.greeted(host.broker())) {
            again.ask(login);
            again.ask(new SessionInfo(RawJms.session("ID:resender-1:1")));
            again.send(numbered(login, 1, true));
            for (int number = 2; number < 200; number++) {
                again.send(numbered(login, number, false));
            }
            again.ask(numbered(login, 200, true));
        }
        Session session = host.session();
        MessageConsumer consumer = session.createConsumer(session.createQueue("resent"));
        for (int number = 1; number <= 200; number++) {
            assertEquals("m" + number, JmsHost.text(consumer.receive(WAIT)));
        }
        assertNull(consumer.receive(NOTHING));
    }

    private static ActiveMQTextMessage numbered(ConnectionInfo login, int number, boolean answered) throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setDestination(new ActiveMQQueue("resent"));
        message.setProducerId(new ProducerId(RawJms.session(login.getConnectionId().getValue()), 1));
        message.setMessageId(new MessageId(message.getProducerId(), number));
        message.setPersistent(true);
        message.setText("m" + number);
        message.setResponseRequired(answered);
        return message;
    }

    @Test
    void anOldExpiredMessageBecomesADeadLetter() throws Exception {
        Session session = host.session();
        Queue queue = session.createQueue("expiring");
        var producer = session.createProducer(queue);
        for (int i = 0; i < 20; i++) {
            producer.send(session.createTextMessage("late " + i), DeliveryMode.PERSISTENT, 4, 5);
        }
        producer.send(session.createTextMessage("in time"));
        writeMuch();
        MessageConsumer letters = session.createConsumer(session.createQueue(DEAD_LETTERS));
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals("in time", JmsHost.text(consumer.receive(WAIT)));
        for (int i = 0; i < 20; i++) {
            assertNotNull(letters.receive(WAIT));
        }
        assertNull(consumer.receive(NOTHING));
    }

    @Test
    void anOldMessageThatAConsumerRejectsBecomesADeadLetter() throws Exception {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(host.url());
        factory.getRedeliveryPolicy().setMaximumRedeliveries(0);
        ActiveMQConnection connection = host.started((ActiveMQConnection) factory.createConnection());
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        Queue queue = session.createQueue("given-up");
        JmsHost.send(host.session(), queue, "not for me");
        assertEquals("not for me", JmsHost.text(session.createConsumer(queue).receive(WAIT)));
        writeMuch();
        session.rollback();
        Session plain = host.session();
        MessageConsumer letters = plain.createConsumer(plain.createQueue(DEAD_LETTERS));
        assertEquals("not for me", JmsHost.text(letters.receive(WAIT)));
    }
}
