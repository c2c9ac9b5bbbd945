package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Marks orders as paid. */
@Component
@RocketMQMessageListener(topic = Messages.PAY_TOPIC, selectorExpression = Messages.PAID_TAG,
        consumerGroup = PaidListener.GROUP, consumeThreadNumber = 8)
public class PaidListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "order-paid";

    private final Once once;
    private final OrderMapper orders;

    PaidListener(Once once, OrderMapper orders) {
        this.once = once;
        this.orders = orders;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.Paid.class, paid -> orders.markPaid(paid.orderId()));
    }
}
