package io.posthorse.example.databasequeue;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.embedded.Broker;
import io.posthorse.embedded.EmbeddedBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@EmbeddedBroker
class DatabaseQueueIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void allProcessEveryOrderAndTheBrokerIsFaster(Broker broker) throws Exception {
        List<Measurement.Result> results =
                Comparison.run(broker.nameServer(), broker.jmsUrl(), 2_000, database("compared"));
        for (Measurement.Result result : results) {
            assertEquals(0, result.lost(), result::toString);
            assertEquals(0, result.repeated(), result::toString);
        }
        assertTrue(results.get(1).medianMs() < results.get(0).medianMs(), results::toString);
        assertTrue(results.get(2).medianMs() < results.get(0).medianMs(), results::toString);
    }

    @Test
    void failedWorkIsRedeliveredByJms(Broker broker) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (JmsQueue queue = new JmsQueue(broker.jmsUrl(), "failing")) {
            queue.start(1, order -> {
                if (tries.incrementAndGet() < 3) {
                    throw new IllegalStateException("simulated failure");
                }
            });
            queue.put(1);
            await().atMost(LIMIT).until(() -> tries.get() == 3);
        }
    }

    @Test
    void workersOfOneTableNeverTakeTheSameOrder() throws Exception {
        Map<Long, AtomicInteger> seen = new ConcurrentHashMap<>();
        try (PolledTable table = new PolledTable(database("shared"), Duration.ofMillis(5), Duration.ofMillis(5))) {
            table.start(8, order -> seen.computeIfAbsent(order, key -> new AtomicInteger()).incrementAndGet());
            for (int i = 0; i < 2_000; i++) {
                table.put(i);
            }
            await().atMost(LIMIT).until(() -> table.count(PolledTable.DONE) == 2_000);
        }
        assertEquals(2_000, seen.size());
        assertTrue(seen.values().stream().allMatch(count -> count.get() == 1), "an order was worked on twice");
    }

    @Test
    void failedWorkIsAttemptedFiveTimes() throws Exception {
        Map<Long, AtomicInteger> tries = new ConcurrentHashMap<>();
        try (PolledTable table = new PolledTable(database("failing"), Duration.ofMillis(5), Duration.ofMillis(5))) {
            table.start(2, order -> {
                int attempt = tries.computeIfAbsent(order, key -> new AtomicInteger()).incrementAndGet();
                if (order == 1 || order == 2 && attempt < 3) {
                    throw new IllegalStateException("simulated failure");
                }
            });
            for (int i = 0; i < 4; i++) {
                table.put(i);
            }
            await().atMost(LIMIT).until(() -> table.count(PolledTable.NEW) == 0);
            assertEquals(1, table.count(PolledTable.FAILED));
        }
        assertEquals(List.of(1, 5, 3, 1), tries.values().stream().map(AtomicInteger::get).toList());
    }

    private static String database(String name) {
        return "jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";
    }
}
