package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.PULL;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.pull;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MessageView;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactional sends, their end (37), the broker's check (39), and messages that were set aside (323). */
class TransactionTest {
    private static final int END = 37;
    private static final int CHECK = 39;
    private static final int RESUME = 323;
    private static final int COMMIT = 8;
    private static final int ROLLBACK = 12;
    private static final String SUSPENDED = "TRANS_CHECK_MAX_TIME_TOPIC";

    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        open();
        broker.topic("T", 2);
    }

    private void open() {
        broker = TestBroker.start(
                directory, "transactionTimeOut=300", "transactionCheckInterval=100", "transactionCheckMax=2");
        client = broker.client();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Frame prepare(String key, String more) {
        Map<String, String> fields = shortSend(
                "T", 1, "UNIQ_KEY\u0001" + key + "\u0002TRAN_MSG\u0001true\u0002PGROUP\u0001Producers\u0002" + more);
        fields.put("f", "4");
        Frame answer = client.ask(SEND_SHORT, fields, text("half of " + key));
        assertEquals(0, answer.code(), answer.remark());
        assertEquals(key, answer.field("transactionId"));
        return answer;
    }

    private static Map<String, String> end(String offset, long position, int decision) {
        Map<String, String> fields = new HashMap<>();
        fields.put("producerGroup", "Producers");
        fields.put("tranStateTableOffset", offset);
        fields.put("commitLogOffset", "" + position);
        fields.put("commitOrRollback", "" + decision);
        fields.put("fromTransactionCheck", "false");
        fields.put("msgId", "ID");
        fields.put("transactionId", "ID");
        return fields;
    }

    private static Map<String, String> end(Frame prepared, int decision) {
        String id = prepared.field("msgId");
        return end(prepared.field("queueOffset"), Long.parseLong(id.substring(id.length() - 16), 16), decision);
    }

    private Stored held(String topic, int queue, long offset) {
        return Stored.all(client.ask(PULL, pull("G", topic, queue, offset, "*", 15_000)).body()).getFirst();
    }

    @Test
    void aCommittedMessageIsDeliveredOnceAndARolledBackOneNever() {
        Frame first = prepare("K1", "TAGS\u0001red\u0002");
        Frame second = prepare("K2", "");
        assertEquals(0, broker.end("T", 1), "invisible");
        assertEquals(0, client.ask(END, end(second, ROLLBACK)).code());
        assertEquals(0, client.ask(END, end(first, COMMIT)).code());

        List<Stored> stored = broker.read("T", 1, 0);
        assertEquals(1, stored.size());
        Stored message = stored.getFirst();
        assertEquals("half of K1", message.text());
        assertEquals(COMMIT, message.systemFlag() & StoredMessage.FLAG_TRANSACTION);
        assertEquals("true", message.properties().get("TRAN_MSG"));
        assertEquals("Producers", message.properties().get("PGROUP"));
        assertEquals("K1", message.properties().get("__transactionId__"));
        assertNull(message.properties().get("REAL_TOPIC"));
        assertEquals(1, Stored.all(client.ask(PULL, pull("G", "T", 1, 0, "red", 0)).body()).size());
        assertEquals(1, client.ask(END, end(first, COMMIT)).code(), "already decided");
        assertEquals(1, client.ask(END, end(second, COMMIT)).code(), "already decided");
        assertEquals(1, broker.end("T", 1));
    }

    @Test
    void onlyItsProducersMayDecideByTheExactId() {
        Frame prepared = prepare("K", "");
        Map<String, String> foreign = end(prepared, COMMIT);
        foreign.put("producerGroup", "Others");
        assertEquals(1, client.ask(END, foreign).code());
        Map<String, String> misplaced = end(prepared, COMMIT);
        misplaced.put("commitLogOffset", "64");
        assertEquals(1, client.ask(END, misplaced).code());
        assertEquals(0, client.ask(END, end(prepared, 0)).code(), "undecided is not a decision");
        assertEquals(0, broker.end("T", 1));
        assertEquals(0, client.ask(END, end(prepared, COMMIT)).code());
        assertEquals(1, broker.end("T", 1));
    }

    @Test
    void aOneWayDecisionIsAccepted() {
        Frame prepared = prepare("K", "");
        client.sendOneWay(END, end(prepared, COMMIT), NO_BODY);
        assertEquals("half of K", held("T", 1, 0).text());
    }

    @Test
    void aProducerThatDoesNotDecideIsAsked() {
        RawClient producer = broker.client();
        producer.ask(34, Map.of(), text("{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"Producers\"}]}"));
        Frame prepared = prepare("K", "");
        Frame question = producer.push();
        assertEquals(CHECK, question.code());
        assertTrue(question.isOneWay());
        assertEquals(prepared.field("queueOffset"), question.field("tranStateTableOffset"));
        assertEquals("K", question.field("msgId"));
        assertEquals("K", question.field("transactionId"));
        assertEquals(prepared.field("msgId"), question.field("offsetMsgId"));
        MessageView asked = MessageView.of(ByteBuffer.wrap(question.body()));
        assertEquals("T", asked.topic());
        assertEquals(1, asked.queueId());
        assertEquals("1", asked.properties().get("TRANSACTION_CHECK_TIMES"));
        assertEquals("T", asked.properties().get("REAL_TOPIC"));
        assertEquals("1", asked.properties().get("REAL_QID"));
        assertEquals(0, asked.systemFlag() & StoredMessage.FLAG_TRANSACTION);
        assertEquals("Producers", asked.properties().get("PGROUP"));

        Map<String, String> answer = end(
                question.field("tranStateTableOffset"), question.number("commitLogOffset", -1), COMMIT);
        answer.put("fromTransactionCheck", "true");
        producer.sendOneWay(END, answer, NO_BODY);
        assertEquals("half of K", held("T", 1, 0).text());
    }

    @Test
    void anUndecidedTransactionIsSetAsideAndCanBeResumed() {
        RawClient producer = broker.client();
        producer.ask(34, Map.of(), text("{\"clientID\":\"c\",\"producerDataSet\":[{\"groupName\":\"Producers\"}]}"));
        prepare("K", "CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002");
        assertEquals(CHECK, producer.push().code());
        Frame second = producer.push();
        assertEquals(CHECK, second.code());
        assertEquals("2", MessageView.of(ByteBuffer.wrap(second.body())).properties().get("TRANSACTION_CHECK_TIMES"));
        Stored aside = held(SUSPENDED, 0, 0);
        assertEquals("half of K", aside.text());
        assertEquals(0, broker.end("T", 1));

        String id = "7F00000100002A9F" + "%016X".formatted(aside.position());
        assertEquals(1, client.ask(RESUME, Map.of("msgId", "7F00000100002A9F" + "0".repeat(16))).code());
        assertEquals(0, client.ask(RESUME, Map.of("msgId", id)).code());
        assertEquals(1, client.ask(RESUME, Map.of("msgId", id)).code(), "it was already resumed");
        Frame question = producer.push();
        producer.sendOneWay(
                END, end(question.field("tranStateTableOffset"), question.number("commitLogOffset", -1), COMMIT), NO_BODY);
        assertEquals("half of K", held("T", 1, 0).text());
    }

    @Test
    void transactionsSurviveARestart() {
        Frame committed = prepare("K1", "");
        Frame open = prepare("K2", "CHECK_IMMUNITY_TIME_IN_SECONDS\u0001100\u0002");
        assertEquals(0, client.ask(END, end(committed, COMMIT)).code());
        broker.close();
        open();
        assertEquals(1, broker.end("T", 1));
        assertEquals(1, client.ask(END, end(committed, ROLLBACK)).code());
        assertEquals(0, client.ask(END, end(open, COMMIT)).code());
        assertEquals(List.of("half of K1", "half of K2"), broker.read("T", 1, 0).stream().map(Stored::text).toList());
    }

    @Test
    void aDelayBeginsWithTheCommit() {
        Frame timed = prepare("K", "TIMER_DELAY_MS\u0001400\u0002");
        assertNull(timed.field("recallHandle"));
        long before = System.currentTimeMillis();
        assertEquals(0, client.ask(END, end(timed, COMMIT)).code());
        assertEquals(0, broker.end("T", 1));
        assertEquals("half of K", held("T", 1, 0).text());
        assertFalse(System.currentTimeMillis() - before < 400, "not early");
    }

    @Test
    void aConsumersHeartbeatDoesNotMakeItAProducer() {
        broker.client().ask(34, Map.of(), heartbeat("c", "Producers", "T", "*", 1));
        prepare("K", "CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002");
        assertEquals(0, broker.end("T", 1));
        assertEquals(0, broker.end(SUSPENDED, 0), "a message without a check is not set aside");
    }
}
