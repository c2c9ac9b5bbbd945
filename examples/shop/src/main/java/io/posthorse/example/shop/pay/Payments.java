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

/** Begins payments and takes the provider's word that one was made. */
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
     * How it went.
     *
     * @param payId what the provider is given, and gives back in its callback; 0 when there is nothing to pay
     * @param payAmount in cents
     */
    public record Begun(Code code, long payId, long payAmount) {
    }

    /** Begins the payment of an order; asked again it gives the same payment. */
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
     * The provider tells that a payment was made. Only the database is asked before the answer: the payment's new state
     * and the message that tells the others are one transaction. Told twice, it counts once.
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
