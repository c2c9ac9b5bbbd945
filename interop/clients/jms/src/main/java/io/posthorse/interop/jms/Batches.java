package io.posthorse.interop.jms;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQQueue;

/** Sends transactions of ten messages while the broker is killed: each arrives whole or not at all, and never twice. */
final class Batches {

    private static final int SIZE = 10;
    private static final int QUIET_MILLIS = 2_000;

    private final String url;
    private final ActiveMQQueue queue;
    private final Thread sender;
    private final Set<Integer> committed = new HashSet<>();
    private int doubtful;
    private volatile Exception failure;

    Batches(String url, ActiveMQQueue queue, BooleanSupplier enough) {
        this.url = url;
        this.queue = queue;
        this.sender = new Thread(() -> send(enough), "batches");
    }

    void start() {
        sender.setDaemon(true);
        sender.start();
    }

    private void send(BooleanSupplier enough) {
        try {
            ActiveMQConnection connection =
                    (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection();
            connection.start();
            ActiveMQSession session = Stage.session(connection, ActiveMQSession.SESSION_TRANSACTED);
            var producer = session.createProducer(queue);
            for (int batch = 0; !enough.getAsBoolean(); batch++) {
                try {
                    for (int i = 0; i < SIZE; i++) {
                        producer.send(session.createTextMessage(batch + "-" + i));
                    }
                    session.commit();
                    committed.add(batch);
                } catch (Exception e) {
                    if (!e.getClass().getSimpleName().equals("TransactionRolledBackException")) {
                        throw e;
                    }
                    doubtful++;
                }
            }
            connection.close();
        } catch (Exception e) {
            failure = e;
        }
    }

    /** Waits for the end, and counts the received messages. */
    void check(Stage stage) throws Exception {
        sender.join(TimeUnit.SECONDS.toMillis(60));
        Check.that(!sender.isAlive(), "the sender of batches did not end");
        if (failure != null) {
            throw failure;
        }
        Map<Integer, Integer> found = new HashMap<>();
        ActiveMQMessageConsumer consumer = Stage.consumer(stage.session(), queue);
        for (var message = consumer.receive(QUIET_MILLIS); message != null; message = consumer.receive(QUIET_MILLIS)) {
            String text = Stage.text(message);
            found.merge(Integer.parseInt(text.substring(0, text.indexOf('-'))), 1, Integer::sum);
        }
        stage.fact("batches", committed.size());
        stage.fact("doubtfulBatches", doubtful);
        committed.removeAll(found.keySet());
        Check.equal(Set.of(), committed, "batches that were committed and lost");
        found.values().removeIf(count -> count == SIZE);
        Check.equal(Map.of(), found, "batches that are not whole, with what is there of them");
    }
}
