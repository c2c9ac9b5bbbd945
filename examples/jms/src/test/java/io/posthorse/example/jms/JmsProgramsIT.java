package io.posthorse.example.jms;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jms.core.JmsTemplate;

/** Runs each program and checks the output that the README shows. */
class JmsProgramsIT {

    @TempDir
    private static Path folder;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(folder, Map.of());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void queue() throws Exception {
        assertEquals(List.of("text: order 1", "text: order 2", "map: orderId=3 result=success", "then: null"),
                HelloQueue.run(broker.jms()));
    }

    @Test
    void topic() throws Exception {
        assertEquals(List.of("who listens: headline", "who comes later: nothing", "who is back: headline"),
                HelloTopic.run(broker.jms()));
    }

    @Test
    void transaction() throws Exception {
        assertEquals(List.of(
                "attempt 1: book",
                "before the end the warehouse sees nothing",
                "after the rollback it sees nothing",
                "attempt 2: book",
                "before the end the warehouse sees nothing",
                "after the commit it sees parcel with a book"), Transactions.run(broker.jms()));
    }

    @Test
    void acknowledgeModes() throws Exception {
        assertEquals(List.of(
                "AUTO: the session, after each receive; left: [m4]",
                "CLIENT: the program, for all so far; left: [m3 again, m4]",
                "DUPS_OK: the session, now and then; left: [m4]",
                "INDIVIDUAL: the program, for this one; left: [m1 again, m3 again, m4]",
                "TRANSACTED: the commit, which never came; left: [m1 again, m2 again, m3 again, m4]"),
                AcknowledgeModes.run(broker.jms()));
    }

    @Test
    void keptOverRestart() throws Exception {
        KeptOverRestart.send(broker.jms());
        broker.kill();
        broker.start();
        assertEquals(List.of("kept 1", "kept 2", "kept 3"), KeptOverRestart.take(broker.jms()));
        assertEquals(List.of(), KeptOverRestart.take(broker.jms()));
    }

    @Test
    void springListener() {
        try (var context = SpringListener.start(broker.jms())) {
            SpringListener.pay(context.getBean(JmsTemplate.class), 20);
            Set<Long> all = LongStream.rangeClosed(1, 20).boxed().collect(Collectors.toSet());
            await().atMost(Duration.ofSeconds(30)).until(() -> context.getBean(SpringListener.class).paid.equals(all));
        }
    }

    @Test
    void requestReply() throws Exception {
        assertEquals(List.of("tea costs 12.50", "rice costs 12.50"), RequestReply.run(broker.jms()));
    }

    @Test
    void delayedMessage() throws Exception {
        List<DelayedMessage.Arrival> arrivals = DelayedMessage.run(broker.jms());
        assertEquals(List.of("an order", "an unpaid order is cancelled", "again and again", "again and again",
                "again and again"), arrivals.stream().map(DelayedMessage.Arrival::text).toList());
        assertTrue(arrivals.get(1).millis() >= 1_000, arrivals::toString);
        assertTrue(arrivals.get(4).millis() >= 3_000, arrivals::toString);
    }

    @Test
    void oneTopic() throws Exception {
        assertEquals(List.of("RocketMQ: payment 1, amount 10", "RocketMQ: payment 2, amount 20",
                "RocketMQ: payment 3, amount 30", "JMS: payment 1", "JMS: payment 2", "JMS: payment 3"),
                OneTopic.run(broker.jms(), broker.nameServer()));
    }
}
