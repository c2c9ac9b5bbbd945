package io.posthorse.example.springclassic.consumer;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** A second group on the same topic, which subscribes to one tag. */
@Component
@RocketMQMessageListener(topic = "springboot-rocketmq", consumerGroup = "red-group", selectorExpression = "red",
        enableMsgTrace = false)
public class RedListener implements RocketMQListener<String>, RocketMQPushConsumerLifecycleListener {

    private static final Logger LOG = LoggerFactory.getLogger(RedListener.class);

    private final Names names;

    RedListener(Names names) {
        this.names = names;
    }

    @Override
    public void prepareStart(DefaultMQPushConsumer consumer) {
        names.prepare(consumer);
    }

    @Override
    public void onMessage(String message) {
        LOG.info("Received red: {}", message);
    }
}
