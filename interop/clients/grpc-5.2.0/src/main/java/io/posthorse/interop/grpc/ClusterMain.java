package io.posthorse.interop.grpc;

import io.posthorse.interop.client.Check;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.SendReceipt;
import org.apache.rocketmq.client.apis.producer.Transaction;

/** A client with the address of one of several masters; arguments: ENDPOINTS TOPIC. Prints {@code done} at the end. */
public final class ClusterMain {
    private static final int MESSAGES = 60;
    private static final ClientServiceProvider PROVIDER = ClientServiceProvider.loadService();

    private final ClientConfiguration configuration;
    private final String topic;
    private final Set<String> all = new TreeSet<>();

    private ClusterMain(String endpoints, String topic) {
        this.configuration = ClientConfiguration.newBuilder().setEndpoints(endpoints).enableSsl(false)
                .setRequestTimeout(Duration.ofSeconds(20)).build();
        this.topic = topic;
    }

    /** Sends, recalls, and reads with both kinds of consumers. */
    public static void main(String[] arguments) throws Exception {
        ClusterMain program = new ClusterMain(arguments[0], arguments[1]);
        program.send();
        program.push();
        program.simple();
        System.out.println("done");
        Runtime.getRuntime().halt(0);
    }

    private MessageBuilder message(String body) {
        return PROVIDER.newMessageBuilder().setTopic(topic).setBody(body.getBytes(StandardCharsets.UTF_8));
    }

    private void send() throws Exception {
        try (Producer producer = PROVIDER.newProducerBuilder().setClientConfiguration(configuration).setTopics(topic)
                .setTransactionChecker(view -> null).build()) {
            for (int i = 0; i < MESSAGES; i++) {
                producer.send(message("m" + i).build());
                all.add("m" + i);
            }
            for (int i = 0; i < 9; i++) {
                Transaction transaction = producer.beginTransaction();
                producer.send(message("t" + i).build(), transaction);
                transaction.commit();
                all.add("t" + i);
            }
            List<SendReceipt> later = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                later.add(producer.send(
                        message("taken back").setDeliveryTimestamp(System.currentTimeMillis() + 60_000).build()));
            }
            for (SendReceipt receipt : later) {
                producer.recallMessage(topic, receipt.getRecallHandle());
            }
        }
    }

    private void push() throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        PROVIDER.newPushConsumerBuilder().setClientConfiguration(configuration).setConsumerGroup("Push" + topic)
                .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL))
                .setMessageListener(view -> {
                    seen.add(Stage.text(view.getBody()));
                    return ConsumeResult.SUCCESS;
                }).build();
        Check.within(60, "all messages at the push consumer", () -> seen.equals(all)); // not closed, since that takes 33 s
    }

    private void simple() throws Exception {
        Set<String> seen = new TreeSet<>();
        try (SimpleConsumer consumer = PROVIDER.newSimpleConsumerBuilder().setClientConfiguration(configuration)
                .setConsumerGroup("Simple" + topic).setAwaitDuration(Duration.ofSeconds(2))
                .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL)).build()) {
            for (int i = 0; i < 100 && seen.size() < all.size(); i++) {
                for (MessageView view : consumer.receive(16, Duration.ofSeconds(60))) {
                    consumer.ack(view);
                    Check.that(seen.add(Stage.text(view.getBody())), "twice: " + Stage.text(view.getBody()));
                }
            }
        }
        Check.that(seen.equals(all), "the simple consumer has got " + seen);
    }
}
