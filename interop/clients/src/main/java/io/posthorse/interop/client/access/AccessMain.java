package io.posthorse.interop.client.access;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;

/**
 * Checks permissions with the client library. The users are {@code producer}, who may send to the topic, {@code consumer},
 * who may read it with the group, and {@code victim}, whose secret is guessed. Each has the secret {@code secret-of-NAME}.
 */
public final class AccessMain {
    private static final int SECONDS = 60;

    private final String nameServer;
    private final String topic;
    private final String group;
    private int clients;

    private AccessMain(String nameServer, String run) {
        this.nameServer = nameServer;
        this.topic = "Topic-" + run;
        this.group = "Group-" + run;
    }

    /** A step of the program; it throws where the result is wrong. */
    private interface Step {
        void run() throws Exception;
    }

    /**
     * Runs the steps, and prints a verdict for each.
     *
     * @param arguments name server, name of the run
     */
    public static void main(String[] arguments) {
        AccessMain program = new AccessMain(arguments[0], arguments[1]);
        boolean passed = play("allowed", program::allowed);
        passed &= play("transaction", program::transaction);
        passed &= play("denied-topic", program::deniedTopic);
        passed &= play("denied-group", program::deniedGroup);
        passed &= play("wrong-secret", program::wrongSecret);
        passed &= play("unsigned", program::unsigned);
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    private static boolean play(String name, Step step) {
        String result = "PASS";
        try {
            step.run();
        } catch (Exception | AssertionError | LinkageError e) {
            result = "FAIL";
            e.printStackTrace(System.out);
        }
        System.out.println("verdict step=" + name + " result=" + result);
        return result.equals("PASS");
    }

    private static RPCHook as(String user) {
        return new AclClientRPCHook(new SessionCredentials(user, "secret-of-" + user));
    }

    private DefaultMQProducer producer(String name, RPCHook hook) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("P" + clients + name, hook);
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("client" + clients++);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
        return producer;
    }

    private DefaultMQPushConsumer consumer(MessageListenerConcurrently listener) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(
                group, as("consumer"), new AllocateMessageQueueAveragely());
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName("client" + clients++);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(listener);
        consumer.start();
        return consumer;
    }

    private static Message message(String topic, String body) {
        return new Message(topic, "Tag", "Key", body.getBytes(StandardCharsets.UTF_8));
    }

    private static void await(String what, BooleanSupplier there) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("in vain: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static void check(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(String.valueOf(what));
        }
    }

    /** Checks that messages arrive, that those sent back come again, and that offsets are stored. */
    private void allowed() throws Exception {
        DefaultMQProducer producer = producer("allowed", as("producer"));
        for (int i = 0; i < 10; i++) {
            SendResult sent = producer.send(message(topic, "m" + i));
            check(sent.getSendStatus() == SendStatus.SEND_OK, sent);
        }
        Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
        DefaultMQPushConsumer consumer = consumer((messages, context) -> {
            for (MessageExt message : messages) {
                String body = new String(message.getBody(), StandardCharsets.UTF_8);
                int times = seen.computeIfAbsent(body, b -> new AtomicInteger()).incrementAndGet();
                if (body.equals("m3") && times == 1) {
                    return ConsumeConcurrentlyStatus.RECONSUME_LATER;
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        await("all messages, m3 twice", () -> seen.size() == 10 && seen.get("m3").get() >= 2);
        producer.shutdown();
        consumer.shutdown();
    }

    /** Leaves a transaction open, and commits it at a check. */
    private void transaction() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        DefaultMQPushConsumer consumer = consumer((messages, context) -> {
            messages.forEach(m -> seen.add(new String(m.getBody(), StandardCharsets.UTF_8)));
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        TransactionMQProducer producer = new TransactionMQProducer("Deciders", as("producer"));
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("client" + clients++);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
                return argument.equals("now") ? LocalTransactionState.COMMIT_MESSAGE : LocalTransactionState.UNKNOW;
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return LocalTransactionState.COMMIT_MESSAGE;
            }
        });
        producer.start();
        producer.sendMessageInTransaction(message(topic, "at once"), "now");
        producer.sendMessageInTransaction(message(topic, "when asked"), "later");
        await("both messages, of " + seen, () -> seen.contains("at once") && seen.contains("when asked"));
        producer.shutdown();
        consumer.shutdown();
    }

    /** Checks that the exception of a send names the missing rule. */
    private void deniedTopic() throws Exception {
        DefaultMQProducer producer = producer("denied", as("producer"));
        expect(() -> producer.send(message("Other" + topic, "x")),
                "no rule of user producer allows Pub on Topic:Other" + topic);
        DefaultMQProducer reader = producer("reader", as("consumer"));
        expect(() -> reader.send(message(topic, "x")), "rule \"Deny");
        producer.shutdown();
        reader.shutdown();
    }

    private static void expect(Step step, String reason) throws Exception {
        try {
            step.run();
        } catch (MQClientException | MQBrokerException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            check(cause instanceof MQBrokerException refused && refused.getResponseCode() == 16, e);
            check(e.toString().contains("No permission: ") || cause.toString().contains("No permission: "), e);
            check(cause.toString().contains(reason), cause);
            return;
        }
        throw new AssertionError("it was allowed");
    }

    /** Checks that a pull with another user's group is refused with the reason. */
    private void deniedGroup() throws Exception {
        for (String asked : new String[] {"Other" + group, group}) {
            DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(asked, as("consumer"));
            consumer.setNamesrvAddr(nameServer);
            consumer.setInstanceName("client" + clients++);
            consumer.start();
            MessageQueue queue = consumer.fetchSubscribeMessageQueues(topic).iterator().next();
            if (asked.equals(group)) {
                PullResult result = consumer.pull(queue, "*", 0, 8);
                check(result != null, "a result");
            } else {
                expect(() -> consumer.pull(queue, "*", 0, 8), "Sub on Group:Other" + group);
            }
            consumer.shutdown();
        }
    }

    private void wrongSecret() throws Exception {
        cannotSend(new AclClientRPCHook(new SessionCredentials("victim", "not the secret")));
    }

    private void unsigned() throws Exception {
        cannotSend(null);
    }

    /** Checks an unknown user, who gets not even a route, so that the library knows no better reason. */
    private void cannotSend(RPCHook hook) throws Exception {
        DefaultMQProducer producer = producer("wrong", hook);
        try {
            producer.send(message(topic, "x"));
        } catch (Exception e) {
            check(e.toString().contains("No route info") || e.toString().contains("No permission"), e);
            producer.shutdown();
            return;
        }
        throw new AssertionError("it was allowed");
    }
}
