package io.posthorse.interop.grpc;

import static io.posthorse.interop.grpc.Stage.text;

import io.posthorse.interop.client.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.apis.ClientException;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.FilterExpressionType;
import org.apache.rocketmq.client.apis.message.MessageId;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.RecallReceipt;
import org.apache.rocketmq.client.apis.producer.SendReceipt;

/** Messages arrive unchanged, in order, and at their times. */
final class SendScenarios {
    private SendScenarios() {
    }

    static void normal(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<MessageView> got = new ConcurrentLinkedQueue<>();
        // before the topic exists: a consumer may come first
        stage.push(stage.name("group"), topic, new FilterExpression("wanted || other"), view -> {
            got.add(view);
            return ConsumeResult.SUCCESS;
        });
        Producer producer = stage.producer(topic, null);
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ids.add(producer.send(stage.message(topic, "body-" + i)
                    .setTag(i % 2 == 0 ? "wanted" : "unwanted")
                    .setKeys("key-" + i, "all")
                    .addProperty("number", "" + i)
                    .build()).getMessageId());
        }
        Check.within(20, "20 messages", () -> got.size() >= 20);
        Check.pause(300);
        Check.equal(20, got.size(), "messages with the tag");
        for (MessageView view : got) {
            int number = Integer.parseInt(view.getProperties().get("number"));
            Check.equal("body-" + number, text(view.getBody()), "body");
            Check.equal("wanted", view.getTag().orElse(""), "tag");
            Check.equal(List.of("key-" + number, "all"), List.copyOf(view.getKeys()), "keys");
            Check.equal(ids.get(number), view.getMessageId(), "id");
            Check.equal(1, view.getDeliveryAttempt(), "attempt");
        }
    }

    static void fifo(Stage stage) throws Exception {
        String topic = stage.name("topic");
        stage.group(stage.name("group"), topic, true, 16);
        Producer producer = stage.producer(topic, null);
        for (int i = 0; i < 180; i++) { // more messages of a queue than are lent at once
            producer.send(stage.message(topic, "" + i / 3).setMessageGroup("group-" + i % 3).build());
        }
        Map<String, List<String>> got = new ConcurrentHashMap<>();
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.computeIfAbsent(view.getMessageGroup().orElse("none"), g -> java.util.Collections.synchronizedList(
                    new ArrayList<>())).add(text(view.getBody()));
            return ConsumeResult.SUCCESS;
        });
        Check.within(20, "180 messages", () -> got.values().stream().mapToInt(List::size).sum() >= 180);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            expected.add("" + i);
        }
        for (int i = 0; i < 3; i++) {
            Check.equal(expected, got.get("group-" + i), "order of group " + i);
        }
    }

    static void delay(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Map<String, Long> got = new ConcurrentHashMap<>();
        Producer producer = stage.producer(topic, null);
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.put(text(view.getBody()), System.currentTimeMillis());
            return ConsumeResult.SUCCESS;
        });
        long due = System.currentTimeMillis() + 3_000;
        producer.send(stage.message(topic, "later").setDeliveryTimestamp(due).build());
        Check.within(15, "the delayed message", () -> got.containsKey("later"));
        Check.that(got.get("later") >= due, "it came " + (due - got.get("later")) + " ms too early");
        Check.that(got.get("later") <= due + 2_000, "it came " + (got.get("later") - due) + " ms too late");
    }

    static void recall(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Producer producer = stage.producer(topic, null);
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.add(text(view.getBody()));
            return ConsumeResult.SUCCESS;
        });
        long due = System.currentTimeMillis() + 3_000;
        SendReceipt taken = producer.send(stage.message(topic, "taken back").setDeliveryTimestamp(due).build());
        producer.send(stage.message(topic, "left").setDeliveryTimestamp(due).build());
        RecallReceipt receipt = producer.recallMessage(topic, taken.getRecallHandle());
        Check.equal(taken.getMessageId(), receipt.getMessageId(), "id of what was taken back");
        Check.within(15, "the other message", () -> got.contains("left"));
        Check.pause(500);
        Check.equal(List.of("left"), List.copyOf(got), "messages");
    }

    static void sql(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Producer producer = stage.producer(topic, null);
        stage.push(stage.name("group"), topic, new FilterExpression("size > 5 AND TAGS = 'a'", FilterExpressionType.SQL92),
                view -> {
                    got.add(text(view.getBody()));
                    return ConsumeResult.SUCCESS;
                });
        for (int i = 0; i < 10; i++) {
            producer.send(stage.message(topic, "" + i).setTag("a").addProperty("size", "" + i).build());
        }
        Check.within(15, "4 messages", () -> got.size() >= 4);
        Check.pause(300);
        Check.equal(List.of("6", "7", "8", "9"), got.stream().sorted().toList(), "messages");
    }

    /** Connects with the client's default encryption, which needs no certificate here. */
    static void encrypted(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Producer producer = Stage.PROVIDER.newProducerBuilder()
                .setClientConfiguration(stage.configuration(true)).setTopics(topic).build();
        stage.atEnd(producer);
        producer.send(stage.message(topic, "secret").build());
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.add(text(view.getBody()));
            return ConsumeResult.SUCCESS;
        });
        Check.within(15, "the message", () -> got.contains("secret"));
    }

    static void refusals(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Producer producer = stage.producer(topic, null);
        refused(producer, stage, topic, "TAGS", "property key");
        refused(producer, stage, "RMQ_SYS_TRANS_HALF_TOPIC", "p", "topic");
        try {
            producer.send(stage.message(topic, "x".repeat(5 << 20)).build());
            throw new AssertionError("a body of 5 MiB was taken");
        } catch (ClientException | IllegalArgumentException e) {
            // expected; the client may check the size itself
        }
        stage.simple(stage.name("group"), topic, Duration.ofMillis(500));
        producer.send(stage.message(topic, "good").build());
    }

    private static void refused(Producer producer, Stage stage, String topic, String property, String what)
            throws Exception {
        try {
            producer.send(stage.message(topic, "x").addProperty(property, "v").build());
        } catch (ClientException | IllegalArgumentException e) {
            return;
        }
        throw new AssertionError("an illegal " + what + " was taken");
    }
}
