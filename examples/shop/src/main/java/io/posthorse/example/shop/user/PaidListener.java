package io.posthorse.example.shop.user;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Adds points for payments. */
@Component
@RocketMQMessageListener(topic = Messages.PAY_TOPIC, selectorExpression = Messages.PAID_TAG,
        consumerGroup = PaidListener.GROUP, consumeThreadNumber = 8)
public class PaidListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "user-paid";

    private final Once once;
    private final Users users;

    PaidListener(Once once, Users users) {
        this.once = once;
        this.users = users;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.Paid.class, users::addPoints);
    }
}
