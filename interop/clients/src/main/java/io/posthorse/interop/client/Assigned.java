package io.posthorse.interop.client;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.common.message.MessageQueue;

/** The queues of a push consumer, and their offsets. */
@SuppressWarnings("deprecation")
public final class Assigned {

    private Assigned() {
    }

    /** Returns the queues of the topic that the consumer has now and pulls from. */
    static Set<MessageQueue> queues(DefaultMQPushConsumer consumer, String topic) {
        return consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet().stream()
                .filter(queue -> queue.getTopic().equals(topic)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Waits until the consumer has this many queues of the topic. */
    public static void await(DefaultMQPushConsumer consumer, String topic, int queues) throws Exception {
        Check.within(75, queues + " queues of " + topic, () -> queues(consumer, topic).size() == queues);
    }

    /** Waits until the consumer has counted this many messages of its queues as done. */
    static void awaitDone(DefaultMQPushConsumer consumer, String topic, long messages) throws Exception {
        Check.within(20, messages + " messages done in " + topic, () -> done(consumer, topic) == messages);
    }

    private static long done(DefaultMQPushConsumer consumer, String topic) {
        long sum = 0;
        for (MessageQueue queue : queues(consumer, topic)) {
            sum += Math.max(0, consumer.getDefaultMQPushConsumerImpl().getOffsetStore()
                    .readOffset(queue, ReadOffsetType.MEMORY_FIRST_THEN_STORE));
        }
        return sum;
    }

    /** Sets broadcasting; the type of the argument moved in 5.0. */
    static void broadcast(DefaultMQPushConsumer consumer) throws ReflectiveOperationException {
        for (Method method : DefaultMQPushConsumer.class.getMethods()) {
            if (method.getName().equals("setMessageModel")) {
                for (Object model : method.getParameterTypes()[0].getEnumConstants()) {
                    if (model.toString().equals("BROADCASTING")) {
                        method.invoke(consumer, model);
                        return;
                    }
                }
            }
        }
        throw new NoSuchMethodException("setMessageModel(BROADCASTING)");
    }
}
