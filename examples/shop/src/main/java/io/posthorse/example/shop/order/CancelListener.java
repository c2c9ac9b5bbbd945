package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Completes the cancellation of orders. */
@Component
@RocketMQMessageListener(topic = Messages.ORDER_TOPIC, selectorExpression = Messages.CANCEL_TAG,
        consumerGroup = CancelListener.GROUP, consumeThreadNumber = 8)
public class CancelListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "order-order-cancel";

    private final Once once;
    private final OrderMapper orders;

    CancelListener(Once once, OrderMapper orders) {
        this.once = once;
        this.orders = orders;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.CancelOrder.class, order -> orders.endCancel(order.orderId()));
    }
}
