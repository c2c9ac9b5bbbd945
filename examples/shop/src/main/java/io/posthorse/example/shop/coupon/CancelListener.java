package io.posthorse.example.shop.coupon;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Releases the coupons of cancelled orders. */
@Component
@RocketMQMessageListener(topic = Messages.ORDER_TOPIC, selectorExpression = Messages.CANCEL_TAG,
        consumerGroup = CancelListener.GROUP, consumeThreadNumber = 8)
public class CancelListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "coupon-order-cancel";

    private final Once once;
    private final Coupons coupons;

    CancelListener(Once once, Coupons coupons) {
        this.once = once;
        this.coupons = coupons;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.CancelOrder.class, coupons::giveBack);
    }
}
