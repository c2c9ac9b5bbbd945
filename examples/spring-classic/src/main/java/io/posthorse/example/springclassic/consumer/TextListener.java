package io.posthorse.example.springclassic.consumer;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Receives texts. Each message goes to one of the processes of the group. */
@Component
@RocketMQMessageListener(topic = "springboot-rocketmq", consumerGroup = "${rocketmq.consumer.group}", enableMsgTrace = false)
public class TextListener implements RocketMQListener<String>, RocketMQPushConsumerLifecycleListener {

    private static final Logger LOG = LoggerFactory.getLogger(TextListener.class);

    private final Names names;

    TextListener(Names names) {
        this.names = names;
    }

    @Override
    public void prepareStart(DefaultMQPushConsumer consumer) {
        names.prepare(consumer);
    }

    @Override
    public void onMessage(String message) {
        LOG.info("Received text: {}", message);
    }
}
