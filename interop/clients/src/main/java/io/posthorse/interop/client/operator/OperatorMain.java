package io.posthorse.interop.client.operator;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * Sends messages that wait, and prints what happens to them while an operator handles them: {@code received BODY MS} and
 * {@code asked BODY}. It decides a transaction only at the third check. It runs until it is killed.
 */
public final class OperatorMain {
    private static final String TOPIC = "OperatorTopic";
    private static final int ASKED_IN_VAIN = 2;

    private OperatorMain() {
    }

    /**
     * Sends the messages.
     *
     * @param arguments name server, delay of the delayed messages in ms; one that is not handled comes 2 s after them
     */
    public static void main(String[] arguments) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("OperatorReaders");
        consumer.setNamesrvAddr(arguments[0]);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(TOPIC, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(message -> say("received " + body(message) + " " + System.currentTimeMillis()));
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        TransactionMQProducer producer = new TransactionMQProducer("OperatorSenders");
        producer.setNamesrvAddr(arguments[0]);
        producer.setTransactionListener(new LateDecision());
        producer.start();
        long due = System.currentTimeMillis() + Long.parseLong(arguments[1]);
        for (String key : List.of("cancelled", "run-now", "left-alone")) {
            Message message = message(key);
            message.putUserProperty("POSTHORSE_DELIVER_MS", Long.toString(key.equals("left-alone") ? due + 2_000 : due));
            producer.send(message);
        }
        for (String key : List.of("resumed", "dropped")) {
            Message message = message(key);
            message.putUserProperty("CHECK_IMMUNITY_TIME_IN_SECONDS", "0");
            producer.sendMessageInTransaction(message, null);
        }
        consumer.start();
        say("sent " + due);
        Thread.currentThread().join();
    }

    private static Message message(String key) {
        return new Message(TOPIC, "Tag", key, key.getBytes(StandardCharsets.UTF_8));
    }

    private static String body(Message message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    private static void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private static final class LateDecision implements TransactionListener {
        private final Map<String, Integer> asked = new ConcurrentHashMap<>();

        @Override
        public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
            return LocalTransactionState.UNKNOW;
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt message) {
            say("asked " + body(message));
            return asked.merge(body(message), 1, Integer::sum) > ASKED_IN_VAIN
                    ? LocalTransactionState.COMMIT_MESSAGE
                    : LocalTransactionState.UNKNOW;
        }
    }
}
