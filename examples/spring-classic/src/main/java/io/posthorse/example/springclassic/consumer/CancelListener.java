package io.posthorse.example.springclassic.consumer;

import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.MessageModel;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Receives cancellations in broadcasting mode: every process receives each of them. The {@code MessageExt} has the tag
 * and keys in addition to the body.
 */
@Component
@RocketMQMessageListener(topic = "${mq.order.topic}", consumerGroup = "${mq.order.consumer.group.name}",
        messageModel = MessageModel.BROADCASTING, enableMsgTrace = false)
public class CancelListener implements RocketMQListener<MessageExt>, RocketMQPushConsumerLifecycleListener {

    private static final Logger LOG = LoggerFactory.getLogger(CancelListener.class);

    private final Names names;

    CancelListener(Names names) {
        this.names = names;
    }

    @Override
    public void prepareStart(DefaultMQPushConsumer consumer) {
        names.prepare(consumer);
    }

    @Override
    public void onMessage(MessageExt message) {
        LOG.info("Received {} of {}: {}", message.getTags(), message.getKeys(),
                new String(message.getBody(), StandardCharsets.UTF_8));
    }
}
