package io.posthorse.example.shop.goods;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Returns the goods of cancelled orders to stock. */
@Component
@RocketMQMessageListener(topic = Messages.ORDER_TOPIC, selectorExpression = Messages.CANCEL_TAG,
        consumerGroup = CancelListener.GROUP, consumeThreadNumber = 8)
public class CancelListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "goods-order-cancel";

    private final Once once;
    private final Stock stock;

    CancelListener(Once once, Stock stock) {
        this.once = once;
        this.stock = stock;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.CancelOrder.class, stock::giveBack);
    }
}
