package io.posthorse.example.shop.pay;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.api.OrderService;
import io.posthorse.example.shop.common.Numbers;
import io.posthorse.example.shop.common.Outbox;
import io.posthorse.example.shop.pay.PayMapper.Payment;
import org.apache.dubbo.config.annotation.DubboReference;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Begins payments and handles the provider's callbacks. */
@Component
public class Payments {

    private final PayMapper payments;
    private final Numbers numbers;
    private final Outbox outbox;
    private final TransactionTemplate transaction;

    @DubboReference
    private OrderService orders;

    Payments(PayMapper payments, Numbers numbers, Outbox outbox, TransactionTemplate transaction) {
        this.payments = payments;
        this.numbers = numbers;
        this.outbox = outbox;
        this.transaction = transaction;
    }

    /**
     * The result of beginning a payment.
     *
     * @param payId the number passed to the provider and returned in its callback; 0 if there is nothing to pay
     * @param payAmount the amount in cents
     */
    public record Begun(Code code, long payId, long payAmount) {
    }

    /** Begins the payment of an order. A repeated call returns the same payment. */
    Begun begin(long orderId) {
        Order order = orders.find(orderId);
        if (order == null) {
            return new Begun(Code.ORDER_UNKNOWN, 0, 0);
        }
        if (!order.orderStatus().equals("CONFIRMED")) {
            return new Begun(Code.ORDER_NOT_CONFIRMED, 0, 0);
        }
        if (order.payAmount() == 0) {
            return new Begun(Code.ALREADY_PAID, 0, 0);
        }
        Payment payment = new Payment(numbers.next(), orderId, order.userId(), order.payAmount(), false);
        try {
            payments.insert(payment);
        } catch (DuplicateKeyException e) {
            payment = payments.ofOrder(orderId);
        }
        Code code = payment.isPaid() ? Code.ALREADY_PAID : Code.OK;
        return new Begun(code, payment.payId(), payment.payAmount());
    }

    /**
     * Handles the provider's callback for a completed payment. Only the database is accessed before the answer: the new
     * status of the payment and the message about it are one transaction. The callback is idempotent.
     */
    Code callback(long payId, long cents) {
        Payment payment = payments.find(payId);
        if (payment == null) {
            return Code.PAYMENT_UNKNOWN;
        }
        if (payment.payAmount() != cents) {
            return Code.AMOUNT_INVALID;
        }
        transaction.executeWithoutResult(status -> {
            if (payments.markPaid(payId) == 1) {
                outbox.add(Messages.PAY_TOPIC, Messages.PAID_TAG, payId,
                        new Messages.Paid(payId, payment.orderId(), payment.userId(), cents));
            }
        });
        return Code.OK;
    }
}
