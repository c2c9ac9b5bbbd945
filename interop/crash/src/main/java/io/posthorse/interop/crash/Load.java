package io.posthorse.interop.crash;

import io.posthorse.interop.crash.Body.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Sends asynchronously to all queues; every lane has one message in flight in every queue. */
final class Load implements AutoCloseable {

    private static final int LANES = 4;
    private static final int SEND_TIMEOUT_MILLIS = 5_000;
    private static final int START_ATTEMPTS = 100;

    private final Ledger ledger;
    private final String round;
    private final DefaultMQProducer producer;
    private final AtomicInteger budget;
    private final CountDownLatch firstAcknowledgements = new CountDownLatch(100);
    private volatile boolean stopped;

    Load(String nameServer, Ledger ledger, String round, int budget) throws MQClientException {
        this.ledger = ledger;
        this.round = round;
        this.budget = new AtomicInteger(budget);
        producer = new DefaultMQProducer("crash-load");
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("load-" + round);
        producer.setRetryTimesWhenSendAsyncFailed(0);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
    }

    /** Creates missing topics, and finds their queues. */
    @SuppressWarnings("deprecation")
    List<MessageQueue> queues(List<String> topics, int queuesEach) throws Exception {
        List<MessageQueue> all = new ArrayList<>();
        for (String topic : topics) {
            List<MessageQueue> found = List.of();
            for (int attempt = 0; found.size() < queuesEach; attempt++) {
                try {
                    producer.createTopic("TBW102", topic, queuesEach, Map.of());
                    found = producer.fetchPublishMessageQueues(topic);
                } catch (MQClientException e) {
                    // The name server does not know the broker at once.
                    if (attempt == START_ATTEMPTS) {
                        throw e;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(found.size() < queuesEach ? 200 : 0);
            }
            all.addAll(found);
        }
        return all;
    }

    /** Begins to send, and returns at once. */
    void start(List<MessageQueue> queues) {
        for (int lane = 0; lane < LANES; lane++) {
            for (MessageQueue queue : queues) {
                new Lane(round + "-" + lane, queue).next();
            }
        }
    }

    /** Waits for the first acknowledgements of this round. */
    boolean awaitUnderWay() throws InterruptedException {
        return firstAcknowledgements.await(30, TimeUnit.SECONDS);
    }

    /** Stops sending. */
    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        stop();
        producer.shutdown();
    }

    private final class Lane implements SendCallback {

        private final String name;
        private final MessageQueue queue;
        private long sequence;
        private Body current;

        Lane(String name, MessageQueue queue) {
            this.name = name;
            this.queue = queue;
        }

        void next() {
            if (stopped || budget.decrementAndGet() < 0) {
                return;
            }
            current = new Body(name, new Place(queue.getTopic(), queue.getQueueId()), sequence++);
            ledger.sending(current);
            try {
                producer.send(new Message(queue.getTopic(), current.encode()), queue, this, SEND_TIMEOUT_MILLIS);
            } catch (Exception e) {
                // Not acknowledged; the lane ends here, since the broker is gone.
                stopped = true;
            }
        }

        @Override
        public void onSuccess(SendResult result) {
            if (result.getSendStatus() == SendStatus.SEND_OK) {
                ledger.acknowledged(current, result.getQueueOffset());
                firstAcknowledgements.countDown();
            }
            next();
        }

        @Override
        public void onException(Throwable e) {
            // The outcome of this message is unknown. Where the broker is gone, the next one fails, too.
            if (!stopped && sequence < 1_000_000) {
                next();
            }
        }
    }
}
