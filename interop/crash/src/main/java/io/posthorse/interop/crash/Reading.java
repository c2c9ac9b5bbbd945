package io.posthorse.interop.crash;

import io.posthorse.interop.crash.Body.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;

/** Reads every queue from its first offset to its last with a pull consumer. */
@SuppressWarnings("deprecation")
final class Reading {

    private static final int BATCH = 32;
    private static final int START_ATTEMPTS = 150;

    private Reading() {
    }

    static Map<Place, NavigableMap<Long, byte[]>> all(String nameServer, String instance, List<String> topics)
            throws Exception {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer("crash-reading");
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName("reading-" + instance);
        consumer.start();
        try {
            Map<Place, NavigableMap<Long, byte[]>> result = new HashMap<>();
            for (String topic : topics) {
                for (MessageQueue queue : queues(consumer, topic)) {
                    result.put(new Place(topic, queue.getQueueId()), queue(consumer, queue));
                }
            }
            return result;
        } finally {
            consumer.shutdown();
        }
    }

    private static Set<MessageQueue> queues(DefaultMQPullConsumer consumer, String topic) throws Exception {
        for (int attempt = 0;; attempt++) {
            try {
                Set<MessageQueue> queues = consumer.fetchSubscribeMessageQueues(topic);
                consumer.maxOffset(queues.iterator().next());
                return queues;
            } catch (MQClientException e) {
                // The name server does not know the broker at once after a start.
                if (attempt == START_ATTEMPTS) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    private static NavigableMap<Long, byte[]> queue(DefaultMQPullConsumer consumer, MessageQueue queue)
            throws MQClientException, MQBrokerException, RemotingException, InterruptedException {
        NavigableMap<Long, byte[]> contents = new TreeMap<>();
        long offset = consumer.minOffset(queue);
        long max = consumer.maxOffset(queue);
        while (offset < max) {
            PullResult pulled = consumer.pull(queue, "*", offset, BATCH);
            if (pulled.getPullStatus() == PullStatus.FOUND) {
                for (MessageExt message : pulled.getMsgFoundList()) {
                    contents.put(message.getQueueOffset(), message.getBody());
                }
            }
            if (pulled.getNextBeginOffset() <= offset) {
                throw new IllegalStateException("no progress in " + queue + " at " + offset + " of " + max + ": "
                        + pulled);
            }
            offset = pulled.getNextBeginOffset();
        }
        return contents;
    }
}
