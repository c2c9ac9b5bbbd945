package io.posthorse.example.databasequeue;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** A topic of the broker, accessed with the RocketMQ client. */
final class BrokerQueue implements Handover {

    private static final String MODEL_TOPIC = "TBW102";
    private static final int QUEUES = 4;

    private final String nameServer;
    private final String topic;
    private final DefaultMQProducer producer;
    private DefaultMQPushConsumer consumer;

    BrokerQueue(String nameServer, String topic) throws MQClientException {
        this.nameServer = nameServer;
        this.topic = topic;
        producer = new DefaultMQProducer(topic + "-producer");
        producer.setNamesrvAddr(nameServer);
        producer.start();
        producer.createTopic(MODEL_TOPIC, topic, QUEUES, Map.of());
    }

    @Override
    public String name() {
        return "RocketMQ client";
    }

    @Override
    public void start(int workers, LongConsumer work) throws MQClientException {
        consumer = new DefaultMQPushConsumer(topic + "-workers");
        consumer.setNamesrvAddr(nameServer);
        consumer.setConsumeThreadMin(workers);
        consumer.setConsumeThreadMax(workers);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                work.accept(Long.parseLong(new String(message.getBody(), StandardCharsets.UTF_8)));
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    @Override
    public void put(long order) throws Exception {
        byte[] body = Long.toString(order).getBytes(StandardCharsets.UTF_8);
        SendStatus status = producer.send(new Message(topic, "", Long.toString(order), body)).getSendStatus();
        if (status != SendStatus.SEND_OK) {
            throw new IllegalStateException("order " + order + " is not stored safely yet (" + status + "); retry");
        }
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.shutdown();
        }
        producer.shutdown();
    }
}
