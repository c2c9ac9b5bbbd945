package io.posthorse.example.shop.common;

import io.posthorse.example.shop.api.Messages;
import java.util.Map;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.stereotype.Component;

/**
 * Creates the topics before the listeners start. The broker would create them with the first message, but a consumer
 * that is already running looks for new topics only every 30 seconds.
 */
@Component
public class TopicsAtStart {

    private static final String MODEL_TOPIC = "TBW102";
    private static final int QUEUES = 4;

    TopicsAtStart(RocketMQTemplate rocketMq) throws MQClientException {
        rocketMq.getProducer().createTopic(MODEL_TOPIC, Messages.ORDER_TOPIC, QUEUES, Map.of());
        rocketMq.getProducer().createTopic(MODEL_TOPIC, Messages.PAY_TOPIC, QUEUES, Map.of());
    }
}
