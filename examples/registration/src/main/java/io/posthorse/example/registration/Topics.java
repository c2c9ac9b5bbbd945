package io.posthorse.example.registration;

import java.util.Map;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.stereotype.Component;

/**
 * Creates the topic before the listeners start. The broker would create it with the first message, but a consumer that
 * is already running looks for new topics only every 30 seconds.
 */
@Component
public class Topics {

    private static final String MODEL_TOPIC = "TBW102";
    private static final int QUEUES = 4;

    Topics(RocketMQTemplate rocketMq) throws MQClientException {
        rocketMq.getProducer().createTopic(MODEL_TOPIC, Registrations.TOPIC, QUEUES, Map.of());
    }
}
