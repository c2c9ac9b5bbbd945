package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.Message;

/** Consumers with SQL92 filters. */
final class FilterScenarios {

    private static final int PARSE_FAILED = 23;
    private static final int COUNT = 60;

    private FilterScenarios() {
    }

    /** Sends messages with the properties number and colour; every sixth has none. */
    private static void send(Stage stage, String topic, String prefix) throws Exception {
        for (int i = 0; i < COUNT; i++) {
            Message message = new Message(topic, i % 2 == 0 ? "Even" : "Odd", Stage.bytes(prefix + i));
            if (i % 6 != 5) {
                message.putUserProperty("number", String.valueOf(i));
                message.putUserProperty("colour", i % 3 == 0 ? "red" : "grün");
            }
            stage.producer().send(message);
        }
    }

    private static Stream<Integer> numbers() {
        return Stream.iterate(0, i -> i < COUNT, i -> i + 1);
    }

    private static DefaultMQPushConsumer start(Stage stage, String group, String topic, String expression, Inbox inbox)
            throws MQClientException {
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name(group));
        consumer.subscribe(topic, MessageSelector.bySql(expression));
        consumer.registerMessageListener(inbox);
        consumer.start();
        return consumer;
    }

    /** Exactly the matching messages come: those sent before the start, and those sent while pulls wait. */
    static void matching(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        send(stage, topic, "before ");
        Inbox some = new Inbox();
        Inbox without = new Inbox();
        start(stage, "some", topic, "number BETWEEN 10 AND 40 AND (colour = 'grün' OR TAGS IN ('Even'))", some);
        start(stage, "without", topic, "number IS NULL", without);
        List<Integer> wanted = numbers().filter(i -> i >= 10 && i <= 40 && i % 6 != 5 && (i % 3 != 0 || i % 2 == 0))
                .toList();
        List<Integer> bare = numbers().filter(i -> i % 6 == 5).toList();
        some.expect(bodies("before ", wanted), 75, "matching messages from before the start");
        without.expect(bodies("before ", bare), 75, "messages without the property");
        send(stage, topic, "after ");
        some.expect(both(bodies("before ", wanted), bodies("after ", wanted)), 75, "matching messages");
        without.expect(both(bodies("before ", bare), bodies("after ", bare)), 75, "messages without the property");
        stage.fact("received", some.size() + "+" + without.size());
    }

    /** One topic and three groups: with an expression, with a tag, and without a filter. */
    static void beside(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        Inbox bySql = new Inbox();
        Inbox byTag = new Inbox();
        Inbox all = new Inbox();
        start(stage, "sql", topic, "colour = 'red'", bySql);
        stage.startPush(stage.name("tag"), topic, "Odd", byTag);
        stage.startPush(stage.name("all"), topic, "*", all);
        send(stage, topic, "");
        bySql.expect(bodies("", numbers().filter(i -> i % 3 == 0 && i % 6 != 5).toList()), 75, "red messages");
        byTag.expect(bodies("", numbers().filter(i -> i % 2 == 1).toList()), 75, "odd messages");
        all.expect(bodies("", numbers().toList()), 75, "all messages");
        stage.fact("received", bySql.size() + "+" + byTag.size() + "+" + all.size());
    }

    /** A consumer with an invalid expression does not start, and reports why; one with a valid expression starts. */
    static void refused(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        for (String wrong : List.of("number >", "number > 'ten'", "number BETWEEN 5 AND 1", "number != 1", "a = 0.0")) {
            try {
                start(stage, "wrong", topic, wrong, new Inbox());
                throw new AssertionError("started with " + wrong);
            } catch (MQClientException e) {
                Check.equal(PARSE_FAILED, e.getResponseCode(), "code for " + wrong);
                stage.fact("refusal", e.getErrorMessage());
            }
        }
        send(stage, topic, "");
        Inbox inbox = new Inbox();
        start(stage, "right", topic, "number = 7", inbox);
        inbox.expect(List.of("7"), 75, "the matching message");
    }

    /** A matching message that failed comes again, although its copy is in the group's retry topic. */
    static void retried(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        consumer.subscribe(topic, MessageSelector.bySql("number = 7"));
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            inbox.add(messages.get(0));
            return messages.get(0).getReconsumeTimes() == 0 ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                    : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        send(stage, topic, "");
        inbox.expect(List.of("7", "7"), 75 + (int) (stage.arguments().delays().get(2) / 1000), "the message, twice");
        Received again = inbox.received().get(1);
        Check.equal(1, again.reconsumeTimes(), "reconsume times");
        Check.equal("7", again.message().getUserProperty("number"), "user property");
        Check.equal(topic, again.message().getTopic(), "topic the listener sees");
    }

    private static List<String> bodies(String prefix, List<Integer> numbers) {
        return numbers.stream().map(i -> prefix + i).toList();
    }

    private static List<String> both(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }
}
