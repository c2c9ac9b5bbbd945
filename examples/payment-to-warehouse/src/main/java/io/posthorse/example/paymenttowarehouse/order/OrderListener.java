package io.posthorse.example.paymenttowarehouse.order;

import io.posthorse.example.paymenttowarehouse.jms.Queues;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

/** Receives the messages for orders: payment results, answers of the warehouse, and timeouts. */
@Component
class OrderListener {
    private final Orders orders;

    OrderListener(Orders orders) {
        this.orders = orders;
    }

    @JmsListener(destination = Queues.PAYMENT_RESULT, containerFactory = "jmsQueueListener")
    void consumePaymentResult(MapMessage message) throws JMSException {
        String orderId = message.getString("orderId");
        orders.payment(orderId, "success".equals(message.getString("result")));
        orders.tellWarehouse(orderId);
    }

    @JmsListener(destination = Queues.SKU_DEDUCT, containerFactory = "jmsQueueListener")
    void consumeSkuDeduct(MapMessage message) throws JMSException {
        orders.deducted(message.getString("orderId"), "DEDUCTED".equals(message.getString("status")));
    }

    @JmsListener(destination = Queues.ORDER_TIMEOUT, containerFactory = "jmsQueueListener")
    void consumeTimeout(String orderId) {
        orders.timeout(orderId);
    }
}
