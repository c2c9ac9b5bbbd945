package io.posthorse.interop.grpc;

import io.posthorse.interop.client.Check;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientConfigurationBuilder;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.StaticSessionCredentialsProvider;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.PushConsumer;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.Transaction;
import org.apache.rocketmq.client.apis.producer.TransactionResolution;

/**
 * Checks permissions with the gRPC client; arguments: ENDPOINTS RUN STEP... The users are {@code producer}, who may send to
 * the run's topic, {@code consumer}, who may read it with the run's groups, and {@code victim}, whose secret is guessed.
 * Each has the secret {@code secret-of-NAME}.
 */
public final class AccessMain {
    private static final ClientServiceProvider PROVIDER = ClientServiceProvider.loadService();

    private final String endpoints;
    private final String topic;
    private final String group;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    private AccessMain(String endpoints, String run) {
        this.endpoints = endpoints;
        this.topic = "Topic-" + run;
        this.group = "Group-" + run;
    }

    /** A step of the program; it throws where the result is wrong. */
    private interface Step {
        void run() throws Exception;
    }

    /** Runs the steps, and prints a verdict for each. */
    public static void main(String[] arguments) {
        AccessMain program = new AccessMain(arguments[0], arguments[1]);
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("allowed", program::allowed);
        steps.put("transaction", program::transaction);
        steps.put("simple", program::simple);
        steps.put("denied-topic", program::deniedTopic);
        steps.put("denied-group", program::deniedGroup);
        steps.put("wrong-secret", program::wrongSecret);
        steps.put("unsigned", program::unsigned);
        steps.put("wrong-clock", program::wrongClock);
        List<String> chosen = Arrays.asList(arguments).subList(2, arguments.length);
        boolean passed = true;
        for (String name : chosen) {
            passed &= play(name, steps.get(name));
        }
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    private static boolean play(String name, Step step) {
        String result = "PASS";
        try {
            step.run();
        } catch (Exception | AssertionError e) {
            result = "FAIL";
            e.printStackTrace(System.out);
        }
        System.out.println("verdict step=" + name + " result=" + result);
        return result.equals("PASS");
    }

    private ClientConfiguration as(String user, String secret) {
        ClientConfigurationBuilder builder = ClientConfiguration.newBuilder().setEndpoints(endpoints).enableSsl(false)
                .setMaxStartupAttempts(1).setRequestTimeout(Duration.ofSeconds(10));
        return user == null
                ? builder.build()
                : builder.setCredentialProvider(new StaticSessionCredentialsProvider(user, secret)).build();
    }

    private ClientConfiguration as(String user) {
        return as(user, "secret-of-" + user);
    }

    private Producer producer(ClientConfiguration configuration) throws Exception {
        return PROVIDER.newProducerBuilder().setClientConfiguration(configuration).setTopics(topic)
                .setTransactionChecker(view -> TransactionResolution.COMMIT).build();
    }

    private MessageBuilder message(String to, String body) {
        return PROVIDER.newMessageBuilder().setTopic(to).setBody(body.getBytes(StandardCharsets.UTF_8));
    }

    private PushConsumer push(String of) throws Exception {
        return PROVIDER.newPushConsumerBuilder().setClientConfiguration(as("consumer")).setConsumerGroup(of)
                .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL))
                .setMessageListener(view -> {
                    seen.add(Stage.text(view.getBody()));
                    return ConsumeResult.SUCCESS;
                }).build();
    }

    private void allowed() throws Exception {
        try (Producer producer = producer(as("producer"))) {
            producer.send(message(topic, "plain").setTag("a").setKeys("k").build());
            producer.send(message(topic, "ordered").setMessageGroup("one").build());
            producer.send(message(topic, "later").setDeliveryTimestamp(System.currentTimeMillis() + 1_500).build());
            var taken = producer.send(
                    message(topic, "taken back").setDeliveryTimestamp(System.currentTimeMillis() + 60_000).build());
            producer.recallMessage(topic, taken.getRecallHandle());
        }
        push(group); // continues while the next step runs
        Check.within(30, "three messages", () -> seen.containsAll(Set.of("plain", "ordered", "later")));
    }

    /** Commits one transaction at once, and leaves another open until the broker checks it. */
    private void transaction() throws Exception {
        Producer producer = producer(as("producer"));
        Transaction decided = producer.beginTransaction();
        producer.send(message(topic, "at once").build(), decided);
        decided.commit();
        producer.send(message(topic, "when asked").build(), producer.beginTransaction());
        Check.within(60, "both messages", () -> seen.containsAll(Set.of("at once", "when asked")));
        producer.close();
    }

    private void simple() throws Exception {
        try (Producer producer = producer(as("producer"));
                SimpleConsumer consumer = PROVIDER.newSimpleConsumerBuilder().setClientConfiguration(as("consumer"))
                        .setConsumerGroup("Simple" + group).setAwaitDuration(Duration.ofSeconds(5))
                        .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL)).build()) {
            producer.send(message(topic, "simple").build());
            boolean found = false;
            for (int i = 0; i < 10 && !found; i++) {
                for (MessageView view : consumer.receive(16, Duration.ofSeconds(20))) {
                    consumer.changeInvisibleDuration(view, Duration.ofSeconds(30));
                    consumer.ack(view);
                    found |= Stage.text(view.getBody()).equals("simple");
                }
            }
            Check.that(found, "the message came");
        }
    }

    private void deniedTopic() throws Exception {
        try (Producer producer = producer(as("producer"))) {
            refused(() -> producer.send(message("Other" + topic, "x").build()),
                    "no rule of user producer allows Pub or Sub or Get on Topic:Other" + topic);
        }
        refused(() -> producer(as("consumer")).close(), "rule \"Deny");
    }

    /** Checks that a consumer of another user's group does not start, and that its exception names the rule. */
    private void deniedGroup() throws Exception {
        refused(() -> push("Other" + group), "Sub on Group:Other" + group);
    }

    private void wrongSecret() throws Exception {
        refused(() -> producer(as("victim", "not the secret")).close(), "Check signature failed");
    }

    private void unsigned() throws Exception {
        refused(() -> producer(as(null, null)).close(), "the call is not signed");
    }

    private void wrongClock() throws Exception {
        refused(() -> producer(as("producer")).close(), "minutes from this broker's clock");
    }

    private static void refused(Step step, String reason) throws Exception {
        try {
            step.run();
        } catch (Exception e) {
            StringBuilder all = new StringBuilder();
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                all.append(cause).append('\n');
            }
            Check.that(all.toString().contains("No permission: ") && all.toString().contains(reason), all.toString());
            return;
        }
        throw new AssertionError("it was allowed");
    }
}
