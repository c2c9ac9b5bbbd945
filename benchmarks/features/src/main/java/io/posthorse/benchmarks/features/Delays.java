package io.posthorse.benchmarks.features;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Measures what sending, waiting and delivering of messages with delivery times cost, and how late they come. */
final class Delays {
    private static final String TOPIC = "FeatureDelays";
    private static final int PER_SECOND = 5_000;
    private static final int MEASURED = 300_000;

    private Delays() {}

    static void run(Setting setting) throws Exception {
        DefaultMQProducer producer = setting.producer("delays-producer");
        Setting.send(producer, 1_000, n -> Setting.message(TOPIC, "warm"));
        int[] lateness = new int[MEASURED];
        AtomicInteger arrived = new AtomicInteger();
        AtomicInteger early = new AtomicInteger();
        DefaultMQPushConsumer consumer = consumer(setting, lateness, arrived, early);

        long first = System.currentTimeMillis() + 60_000 + setting.count() / 20;
        setting.server().mark();
        long begin = System.nanoTime();
        Setting.send(producer, setting.count(), n -> {
            Message message = Setting.message(TOPIC, "due");
            // the first ones are measured, the others keep waiting; the times are spread evenly
            long due = first + (n % setting.count()) * 1_000L / PER_SECOND + (n < MEASURED ? 0 : 3_600_000);
            message.setDeliverTimeMs(due);
            message.putUserProperty("due", Long.toString(due));
            return message;
        });
        double seconds = (System.nanoTime() - begin) / 1e9;
        Setting.print("delayed sends", "%.0f/s, %.2f us of server CPU each, %d MB resident with %d waiting",
                setting.count() / seconds, setting.server().cpuSeconds() / setting.count() * 1e6,
                setting.server().residentMb(), setting.count());
        if (System.currentTimeMillis() > first) {
            Setting.print("delayed deliveries", "the sends took too long: the first were due before the last was sent");
        }
        while (System.currentTimeMillis() < first) {
            Thread.sleep(100);
        }
        setting.server().mark();
        int expected = Math.min(MEASURED, setting.count());
        for (int quiet = 0, before = 0; arrived.get() < expected && quiet < 30; before = arrived.get()) {
            Thread.sleep(1_000);
            quiet = arrived.get() == before ? quiet + 1 : 0;
        }
        int count = Math.min(arrived.get(), MEASURED);
        int[] sorted = Arrays.copyOf(lateness, count);
        Arrays.sort(sorted);
        Setting.print("delayed deliveries",
                "%d of %d at %d/s, %.2f us of server CPU each, late p50 %d p99 %d max %d ms, %d early",
                count, expected, PER_SECOND, setting.server().cpuSeconds() / Math.max(1, count) * 1e6,
                sorted[count / 2], sorted[(int) (count * 0.99)], sorted[count - 1], early.get());
        consumer.shutdown();
        producer.shutdown();
    }

    private static DefaultMQPushConsumer consumer(
            Setting setting, int[] lateness, AtomicInteger arrived, AtomicInteger early) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("delays-consumer");
        consumer.setNamesrvAddr(setting.namesrv());
        consumer.subscribe(TOPIC, "due");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            long now = System.currentTimeMillis();
            for (MessageExt message : messages) {
                int late = (int) (now - Long.parseLong(message.getUserProperty("due")));
                if (late < 0) {
                    early.incrementAndGet();
                }
                int n = arrived.getAndIncrement();
                if (n < lateness.length) {
                    lateness[n] = late;
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        return consumer;
    }
}
