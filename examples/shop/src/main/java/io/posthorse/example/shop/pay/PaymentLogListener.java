package io.posthorse.example.shop.pay;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.common.Once;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Writes the log of payments. */
@Component
@RocketMQMessageListener(topic = Messages.PAY_TOPIC, selectorExpression = Messages.PAID_TAG,
        consumerGroup = PaymentLogListener.GROUP, consumeThreadNumber = 8)
public class PaymentLogListener implements RocketMQListener<MessageExt> {

    static final String GROUP = "log-paid";

    private final Once once;
    private final PayMapper payments;

    PaymentLogListener(Once once, PayMapper payments) {
        this.once = once;
        this.payments = payments;
    }

    @Override
    public void onMessage(MessageExt message) {
        once.run(GROUP, message, Messages.Paid.class, paid -> payments.log(paid, System.currentTimeMillis()));
    }
}
