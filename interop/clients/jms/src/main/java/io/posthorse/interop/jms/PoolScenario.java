package io.posthorse.interop.jms;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.pool.PooledConnectionFactory;

/** The pattern of web applications: a pool of five connections, and a connection, session and producer for each message. */
final class PoolScenario {

    private static final int THREADS = 10;
    private static final int EACH = 20;

    private PoolScenario() {
    }

    static void run(Stage stage) throws Exception {
        PooledConnectionFactory pool = new PooledConnectionFactory(new ActiveMQConnectionFactory(stage.url()));
        pool.setReconnectOnException(true);
        pool.setMaxConnections(5);
        pool.setExpiryTimeout(10_000);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> work = IntStream.range(0, THREADS).<Callable<Void>>mapToObj(thread -> () -> {
                for (int i = 0; i < EACH; i++) {
                    send(pool, stage, thread * EACH + i);
                }
                return null;
            }).toList();
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
            Check.equal(5, pool.getNumConnections(), "connections of the pool");
        } finally {
            threads.shutdown();
            pool.stop();
        }
        ActiveMQMessageConsumer consumer = Stage.consumer(stage.session(), stage.queue("q"));
        long sum = 0;
        for (int i = 0; i < THREADS * EACH; i++) {
            ActiveMQMapMessage map = (ActiveMQMapMessage) Stage.next(consumer);
            Check.equal("success", map.getString("result"), "result");
            sum += map.getLong("orderId");
        }
        Check.equal(THREADS * EACH * (THREADS * EACH - 1L) / 2, sum, "sum of the orders");
        Stage.nothing(consumer, "each once");
    }

    private static void send(PooledConnectionFactory pool, Stage stage, long order) throws Exception {
        var connection = pool.createConnection();
        connection.start();
        var session = connection.createSession(true, 0);
        var map = new ActiveMQMapMessage();
        map.setLong("orderId", order);
        map.setString("result", "success");
        var producer = session.createProducer(session.createQueue(stage.name("q")));
        producer.setDeliveryMode(2);
        producer.send(map);
        session.commit();
        producer.close();
        session.close();
        connection.close();
    }
}
