package io.posthorse.interop.soak;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** The load of RocketMQ clients: orders, delayed messages, transactions, retries, and short-lived consumers. */
final class RocketmqWork implements AutoCloseable {
    private final String nameServer;
    private final byte[] body = new byte[1_000];
    private final AtomicLong received = new AtomicLong();
    private final TransactionMQProducer producer;
    private final DefaultMQPushConsumer consumer;

    RocketmqWork(String nameServer) throws MQClientException {
        this.nameServer = nameServer;
        producer = new TransactionMQProducer("soak-producers");
        producer.setNamesrvAddr(nameServer);
        producer.setTransactionListener(new Decisions());
        producer.start();
        consumer = consumer("soak-consumers", "steady");
    }

    /** Rolls back every third transaction, and leaves every fourth one to a check. */
    private static final class Decisions implements TransactionListener {
        @Override
        public LocalTransactionState executeLocalTransaction(Message message, Object number) {
            return (long) number % 4 == 3 ? LocalTransactionState.UNKNOW : state((long) number);
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt message) {
            return state(Long.parseLong(message.getKeys()));
        }

        private static LocalTransactionState state(long number) {
            return number % 3 == 0 ? LocalTransactionState.ROLLBACK_MESSAGE : LocalTransactionState.COMMIT_MESSAGE;
        }
    }

    private DefaultMQPushConsumer consumer(String group, String instance) throws MQClientException {
        DefaultMQPushConsumer made = new DefaultMQPushConsumer(group);
        made.setNamesrvAddr(nameServer);
        made.setInstanceName(instance);
        made.setConsumeThreadMin(2);
        made.setConsumeThreadMax(2);
        made.subscribe("soak-orders", "*");
        made.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            received.addAndGet(messages.size());
            return messages.getFirst().getReconsumeTimes() == 0 && messages.getFirst().getQueueOffset() % 500 == 0
                    ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                    : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        made.start();
        return made;
    }

    List<Work> start() {
        return List.of(
                Work.start("orders", 200, n -> producer.send(new Message("soak-orders", "tag" + n % 5, "" + n, body))),
                Work.start("delayed", 20, n -> {
                    Message message = new Message("soak-orders", body);
                    message.setDelayTimeLevel(3);
                    producer.send(message);
                }),
                Work.start("timed", 20, n -> {
                    Message message = new Message("soak-orders", body);
                    message.setDelayTimeMs(15_000);
                    producer.send(message);
                }),
                Work.start("transactions", 20, n -> producer.sendMessageInTransaction(
                        new Message("soak-orders", "tx", "" + n, body), n)),
                Work.start("consumers that come and go", 1, n -> consumer("soak-visitors-" + n % 20, "v" + n).shutdown()));
    }

    long received() {
        return received.get();
    }

    @Override
    public void close() {
        consumer.shutdown();
        producer.shutdown();
    }
}
