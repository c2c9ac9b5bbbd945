package io.posthorse.example.shop.user;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Refunds the balance used by cancelled orders. */
@Component
@RocketMQMessageListener(topic = Messages.ORDER_TOPIC, selectorExpression = Messages.CANCEL_TAG,
        consumerGroup = CancelListener.GROUP, consumeThreadNumber = 8)
public class CancelListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "user-order-cancel";

    private final Once once;
    private final Users users;

    CancelListener(Once once, Users users) {
        this.once = once;
        this.users = users;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.CancelOrder.class, users::giveBack);
    }
}
