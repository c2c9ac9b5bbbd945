package io.posthorse.example.springclassic.consumer;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Receives a {@code MessageExt}, which contains the time of sending. */
@Component
@RocketMQMessageListener(topic = "classic-later", consumerGroup = "later-group", enableMsgTrace = false)
public class LaterListener implements RocketMQListener<MessageExt>, RocketMQPushConsumerLifecycleListener {

    private static final Logger LOG = LoggerFactory.getLogger(LaterListener.class);

    private final Names names;

    LaterListener(Names names) {
        this.names = names;
    }

    @Override
    public void prepareStart(DefaultMQPushConsumer consumer) {
        names.prepare(consumer);
    }

    @Override
    public void onMessage(MessageExt message) {
        String text = new String(message.getBody(), StandardCharsets.UTF_8);
        LOG.info("Received after {} ms: {}", System.currentTimeMillis() - message.getBornTimestamp(), text);
    }
}
