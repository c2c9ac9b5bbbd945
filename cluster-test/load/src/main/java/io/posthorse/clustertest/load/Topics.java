package io.posthorse.clustertest.load;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;

/** The topics of one client version. */
public final class Topics {
    private static final int PARTITIONS = 4;
    private static final int ATTEMPTS = 300;

    private final String run;

    /** @param run name of the client version, with which all names begin */
    public Topics(String run) {
        this.run = run;
    }

    /** Returns the full name of a topic or group. */
    public String name(String kind) {
        return run + "-" + kind;
    }

    /** Creates a topic where it is missing, and returns its queues. */
    public List<MessageQueue> queues(DefaultMQProducer producer, String topic) throws Exception {
        for (int attempt = 0;; attempt++) {
            try {
                create(producer, topic);
                List<MessageQueue> found = producer.fetchPublishMessageQueues(topic);
                if (found.size() == PARTITIONS) {
                    return found.stream().sorted().toList();
                }
            } catch (MQClientException | InvocationTargetException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** The method has another form since 5.0. */
    private static void create(DefaultMQProducer producer, String topic) throws Exception {
        for (var method : DefaultMQProducer.class.getMethods()) {
            Class<?>[] types = method.getParameterTypes();
            if (method.getName().equals("createTopic") && types.length == 4 && types[3] == Map.class) {
                method.invoke(producer, "TBW102", topic, PARTITIONS, Map.of());
                return;
            }
        }
        DefaultMQProducer.class.getMethod("createTopic", String.class, String.class, int.class)
                .invoke(producer, "TBW102", topic, PARTITIONS);
    }
}
