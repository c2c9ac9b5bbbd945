package io.posthorse.example.springclassic.consumer;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.spring.annotation.ConsumeMode;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Receives the steps of an order in order. If the listener throws an exception, the queue waits and the message is
 * redelivered.
 */
@Component
@RocketMQMessageListener(topic = "classic-steps", consumerGroup = "steps-group", consumeMode = ConsumeMode.ORDERLY,
        enableMsgTrace = false)
public class StepListener implements RocketMQListener<String>, RocketMQPushConsumerLifecycleListener {

    private static final Logger LOG = LoggerFactory.getLogger(StepListener.class);

    private final Names names;

    StepListener(Names names) {
        this.names = names;
    }

    @Override
    public void prepareStart(DefaultMQPushConsumer consumer) {
        names.prepare(consumer);
    }

    @Override
    public void onMessage(String message) {
        LOG.info("Received step: {}", message);
    }
}
