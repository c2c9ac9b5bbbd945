package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;

/** Push consumers: one of many threads, which gives some messages back, and one that keeps the order. */
final class Pushes implements AutoCloseable {
    private final Recorder recorder;
    private final Topics topics;
    private final String nameServer;
    private final List<DefaultMQPushConsumer> consumers;

    Pushes(String nameServer, Topics topics, Recorder recorder) throws MQClientException {
        this.nameServer = nameServer;
        this.topics = topics;
        this.recorder = recorder;
        DefaultMQPushConsumer pushed = consumer("pushed", "plain", "later", "decided");
        pushed.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            context.setDelayLevelWhenNextConsume(1);
            return consume(pushed.getConsumerGroup(), messages.get(0));
        });
        DefaultMQPushConsumer orderly = consumer("orderly", "ordered");
        orderly.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            delivered(orderly.getConsumerGroup(), Way.ORDERLY, messages.get(0));
            return ConsumeOrderlyStatus.SUCCESS;
        });
        consumers = List.of(pushed, orderly);
        for (DefaultMQPushConsumer one : consumers) {
            one.start();
        }
    }

    /** Returns the topics of each group. */
    Map<String, List<String>> groups() {
        return Map.of(topics.name("pushed"), List.of(topics.name("plain"), topics.name("later"), topics.name("decided")),
                topics.name("orderly"), List.of(topics.name("ordered")));
    }

    private DefaultMQPushConsumer consumer(String group, String... kinds) throws MQClientException {
        DefaultMQPushConsumer made = new DefaultMQPushConsumer(topics.name(group));
        made.setNamesrvAddr(nameServer);
        made.setInstanceName(topics.name(group));
        made.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        made.setConsumeThreadMin(2);
        made.setConsumeThreadMax(2);
        made.setConsumeMessageBatchMaxSize(1);
        made.setPollNameServerInterval(2_000);
        made.setHeartbeatBrokerInterval(3_000);
        for (String kind : kinds) {
            made.subscribe(topics.name(kind), "*");
        }
        return made;
    }

    private ConsumeConcurrentlyStatus consume(String group, MessageExt message) {
        String id = delivered(group, Way.PUSH, message);
        if (!isGivenBack(message) && Math.floorMod(id.hashCode(), 40) == 0) {
            recorder.add(new Event.Returned(Recorder.now(), group, id));
            return ConsumeConcurrentlyStatus.RECONSUME_LATER;
        }
        return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
    }

    /**
     * Returns whether it comes from the topic for what was given back. Where the client sends a message there by itself,
     * since the broker has refused to take it back, and sends it once more, it has forgotten the number of attempts.
     */
    private static boolean isGivenBack(MessageExt message) {
        return message.getReconsumeTimes() > 0 || message.getProperty(MessageConst.PROPERTY_RETRY_TOPIC) != null;
    }

    private String delivered(String group, Way way, MessageExt message) {
        boolean again = way == Way.PUSH && isGivenBack(message);
        String id = Body.id(message.getBody());
        recorder.add(new Event.Delivered(Recorder.now(), group, group, way, id,
                again ? Place.somewhereIn(message.getTopic()) : new Place(message.getTopic(), message.getQueueId()),
                again ? Event.NO_OFFSET : message.getQueueOffset(), Body.checksum(message.getBody()),
                message.getReconsumeTimes()));
        return id;
    }

    @Override
    public void close() {
        consumers.forEach(DefaultMQPushConsumer::shutdown);
    }
}
