package io.posthorse.benchmarks.features;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Measures the cost of a transactional message: prepared, decided by the sender, and committed. */
final class Transactions {
    private static final String TOPIC = "FeatureTransactions";
    private static final int THREADS = 32;

    private Transactions() {}

    static void run(Setting setting) throws Exception {
        TransactionMQProducer producer = new TransactionMQProducer("transactions-producer");
        producer.setNamesrvAddr(setting.namesrv());
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
                return LocalTransactionState.COMMIT_MESSAGE;
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return LocalTransactionState.COMMIT_MESSAGE;
            }
        });
        producer.start();
        send(producer, setting.count() / 2);
        setting.server().mark();
        long begin = System.nanoTime();
        send(producer, setting.count());
        double seconds = (System.nanoTime() - begin) / 1e9;
        Setting.print("transactional sends", "%.0f/s, %.2f us of server CPU each",
                setting.count() / seconds, setting.server().cpuSeconds() / setting.count() * 1e6);
        producer.shutdown();
    }

    private static void send(TransactionMQProducer producer, int count) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(count);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (left.getAndDecrement() > 0) {
                    try {
                        producer.sendMessageInTransaction(Setting.message(TOPIC, "t"), null);
                    } catch (Exception e) {
                        System.out.println("failed: " + e.getMessage());
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
