package io.posthorse.interop.grpc;

import static io.posthorse.interop.grpc.Stage.text;

import io.posthorse.interop.client.Check;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.SendReceipt;
import org.apache.rocketmq.client.apis.producer.Transaction;
import org.apache.rocketmq.client.apis.producer.TransactionResolution;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Messages between clients of the two protocols, in both directions. */
final class BridgeScenarios {
    private BridgeScenarios() {
    }

    static void fromRemoting(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Map<String, MessageView> got = new ConcurrentHashMap<>();
        Message small = new Message(topic, "tag", "k1 k2", "small".getBytes(StandardCharsets.UTF_8));
        small.putUserProperty("colour", "red");
        SendResult sent = stage.remoting().send(small);
        String large = "large ".repeat(3_000); // compressed by its producer
        stage.remoting().send(new Message(topic, large.getBytes(StandardCharsets.UTF_8)));
        Message delayed = new Message(topic, "delayed".getBytes(StandardCharsets.UTF_8));
        delayed.setDelayTimeLevel(1);
        stage.remoting().send(delayed);
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.put(text(view.getBody()), view);
            return ConsumeResult.SUCCESS;
        });
        Check.within(20, "three messages", () -> got.size() >= 3);
        MessageView view = got.get("small");
        Check.equal(sent.getMsgId(), view.getMessageId().toString().substring(view.getMessageId().toString().length()
                - sent.getMsgId().length()), "id");
        Check.equal("tag", view.getTag().orElse(""), "tag");
        Check.equal(List.of("k1", "k2"), List.copyOf(view.getKeys()), "keys");
        Check.equal("red", view.getProperties().get("colour"), "property");
        Check.that(got.containsKey(large), "the compressed message");
        Check.that(got.containsKey("delayed"), "the delayed message");
    }

    static void toRemoting(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Producer producer = stage.producer(topic, view -> TransactionResolution.UNKNOWN);
        SendReceipt sent = producer.send(stage.message(topic, "plain").setTag("tag").setKeys("k1", "k2")
                .addProperty("colour", "red").build());
        Queue<MessageExt> got = new ConcurrentLinkedQueue<>();
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(stage.name("group"));
        consumer.setNamesrvAddr(stage.nameServer());
        consumer.setInstanceName(stage.name("consumer"));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            got.addAll(messages);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        stage.atEnd(consumer::shutdown);
        producer.send(stage.message(topic, "ordered").setMessageGroup("g").build());
        producer.send(stage.message(topic, "later").setDeliveryTimestamp(System.currentTimeMillis() + 1_500).build());
        Transaction transaction = producer.beginTransaction();
        producer.send(stage.message(topic, "transaction").build(), transaction);
        transaction.commit();
        Check.within(25, "four messages", () -> got.size() >= 4);
        MessageExt plain = find(got, "plain");
        Check.equal(sent.getMessageId().toString(), plain.getProperty("UNIQ_KEY"), "id");
        Check.equal("tag", plain.getTags(), "tag");
        Check.equal("k1 k2", plain.getKeys(), "keys");
        Check.equal("red", plain.getUserProperty("colour"), "property");
        Check.equal("g", find(got, "ordered").getProperty("__SHARDINGKEY"), "message group");
        find(got, "later");
        find(got, "transaction");
    }

    private static MessageExt find(Queue<MessageExt> got, String body) {
        return got.stream()
                .filter(m -> new String(m.getBody(), StandardCharsets.UTF_8).equals(body))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no message " + body));
    }
}
