package io.posthorse.example.registration;

import java.util.Map;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.stereotype.Component;

/**
 * Makes the topic before the listeners start. The broker would make it with the first message, but a consumer that was
 * there before looks for new topics every 30 seconds only.
 */
@Component
public class Topics {

    private static final String MODEL_TOPIC = "TBW102";
    private static final int QUEUES = 4;

    Topics(RocketMQTemplate rocketMq) throws MQClientException {
        rocketMq.getProducer().createTopic(MODEL_TOPIC, Registrations.TOPIC, QUEUES, Map.of());
    }
}
