package io.posthorse.interop.grpc;

import static io.posthorse.interop.grpc.Stage.text;

import io.posthorse.interop.client.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.apis.ClientException;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;

/** Unacknowledged messages come again until they are dead letters. */
final class RetryScenarios {
    private RetryScenarios() {
    }

    static void retry(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Map<String, Integer> attempts = new ConcurrentHashMap<>();
        Producer producer = stage.producer(topic, null);
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            attempts.put(text(view.getBody()), view.getDeliveryAttempt());
            boolean good = view.getDeliveryAttempt() >= 3 || text(view.getBody()).equals("good");
            return good ? ConsumeResult.SUCCESS : ConsumeResult.FAILURE;
        });
        producer.send(stage.message(topic, "bad").build());
        producer.send(stage.message(topic, "good").build());
        Check.within(25, "the third attempt", () -> attempts.getOrDefault("bad", 0) == 3);
        Check.equal(1, attempts.get("good"), "attempts of what was good at once");
        Check.pause(2_500);
        Check.equal(3, attempts.get("bad"), "attempts");
    }

    static void deadLetter(Stage stage) throws Exception {
        String topic = stage.name("topic");
        String group = stage.name("group");
        stage.group(group, topic, false, 1);
        List<Integer> attempts = java.util.Collections.synchronizedList(new ArrayList<>());
        Producer producer = stage.producer(topic, null);
        producer.send(stage.message(topic, "poison").setTag("t").build());
        stage.push(group, topic, FilterExpression.SUB_ALL, view -> {
            attempts.add(view.getDeliveryAttempt());
            return ConsumeResult.FAILURE;
        });
        Check.within(20, "two attempts", () -> attempts.size() >= 2);
        MessageView dead = first(stage, "%DLQ%" + group);
        Check.equal("poison", text(dead.getBody()), "dead message");
        Check.equal(List.of(1, 2), attempts, "attempts");
    }

    private static MessageView first(Stage stage, String topic) throws Exception {
        List<MessageView> got = new ArrayList<>();
        Check.within(20, "topic " + topic, () -> {
            try {
                SimpleConsumer reader = stage.simple(stage.name("reader"), topic, Duration.ofSeconds(5));
                got.addAll(reader.receive(1, Duration.ofSeconds(10)));
                return !got.isEmpty();
            } catch (ClientException | IllegalStateException e) {
                Check.pause(500); // it does not exist yet
                return false;
            }
        });
        return got.get(0);
    }

    static void simple(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Producer producer = stage.producer(topic, null);
        for (int i = 0; i < 3; i++) {
            producer.send(stage.message(topic, "m" + i).build());
        }
        SimpleConsumer consumer = stage.simple(stage.name("group"), topic, Duration.ofSeconds(3));
        List<MessageView> first = new ArrayList<>();
        Check.within(10, "three messages", () -> {
            first.addAll(consumer.receive(16, Duration.ofSeconds(10)));
            return first.size() >= 3;
        });
        Check.equal(3, first.size(), "messages");
        MessageView acknowledged = first.get(0);
        consumer.ack(acknowledged);
        MessageView soon = first.get(1);
        consumer.changeInvisibleDuration(soon, Duration.ofSeconds(1));
        List<MessageView> again = new ArrayList<>();
        Check.within(10, "the message that was given back", () -> {
            again.addAll(consumer.receive(16, Duration.ofSeconds(10)));
            return !again.isEmpty();
        });
        Check.equal(soon.getMessageId(), again.get(0).getMessageId(), "what came again");
        Check.equal(2, again.get(0).getDeliveryAttempt(), "attempt");
        consumer.ack(again.get(0));
        consumer.ack(acknowledged); // settled messages stay settled
    }
}
