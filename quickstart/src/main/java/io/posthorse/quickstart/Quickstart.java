package io.posthorse.quickstart;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Sends orders with the official RocketMQ producer and receives them with the official push consumer. */
public final class Quickstart {
    private static final int SHOWN = 3;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final String topic = "QuickstartOrders_" + run;
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final AtomicInteger deliveries = new AtomicInteger();
    private final long[] delaysMicros;
    private final int count;

    private Quickstart(int count) {
        this.count = count;
        this.delaysMicros = new long[count];
    }

    /**
     * Runs the quickstart; exits with code 1 where not all messages came back.
     *
     * @param arguments name server address, number of messages
     */
    public static void main(String[] arguments) throws Exception {
        Quickstart quickstart = new Quickstart(Integer.parseInt(arguments[1]));
        System.exit(quickstart.run(arguments[0]) ? 0 : 1);
    }

    private boolean run(String nameServer) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("quickstart_producers");
        producer.setNamesrvAddr(nameServer);
        producer.start();
        int sent = send(producer, 0) ? 1 : 0; // the first message creates the topic
        DefaultMQPushConsumer consumer = consumer(nameServer);
        consumer.start();
        long began = System.nanoTime();
        for (int i = 1; i < count; i++) {
            sent += send(producer, i) ? 1 : 0;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        await(sent);
        report(sent, seconds);
        consumer.shutdown();
        producer.shutdown();
        return received.size() == sent && sent == count;
    }

    private DefaultMQPushConsumer consumer(String nameServer) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("quickstart_consumers_" + run);
        consumer.setNamesrvAddr(nameServer);
        consumer.subscribe(topic, "created");
        consumer.registerMessageListener((java.util.List<MessageExt> messages, ConsumeConcurrentlyContext context) -> {
            messages.forEach(this::receive);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        return consumer;
    }

    private boolean send(DefaultMQProducer producer, int i) throws Exception {
        byte[] body = ("order " + i + " at " + System.nanoTime()).getBytes(StandardCharsets.UTF_8);
        SendResult result = producer.send(new Message(topic, "created", "order-" + i, body));
        if (i < SHOWN) {
            System.out.printf("  sent      order-%d  %s  queue %d  offset %d%n", i, result.getSendStatus(),
                    result.getMessageQueue().getQueueId(), result.getQueueOffset());
        }
        return result.getSendStatus() == SendStatus.SEND_OK;
    }

    private void receive(MessageExt message) {
        String body = new String(message.getBody(), StandardCharsets.UTF_8);
        long micros = (System.nanoTime() - Long.parseLong(body.substring(body.lastIndexOf(' ') + 1))) / 1000;
        int n = deliveries.getAndIncrement();
        if (received.add(message.getKeys()) && n < count) {
            delaysMicros[n] = micros;
        }
        if (n < SHOWN) {
            System.out.printf("  received  %s  tag %s  queue %d  offset %d%n", message.getKeys(), message.getTags(),
                    message.getQueueId(), message.getQueueOffset());
        }
    }

    private void await(int sent) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (received.size() < sent && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private void report(int sent, double seconds) {
        // the first messages waited for the consumer to start, so their times say nothing about the broker
        int measured = Math.min(count, deliveries.get());
        long[] sorted = Arrays.copyOfRange(delaysMicros, Math.min(count / 2, measured), measured);
        Arrays.sort(sorted);
        if (sorted.length > 0) {
            System.out.printf(Locale.ROOT, "  %d sends, one after another, in %.2f s; from send to listener:"
                            + " half within %.2f ms, 99 %% within %.2f ms%n",
                    sent, seconds, sorted[sorted.length / 2] / 1000.0, sorted[sorted.length * 99 / 100] / 1000.0);
        }
        System.out.printf("sent %d, received %d%n", sent, received.size());
    }
}
