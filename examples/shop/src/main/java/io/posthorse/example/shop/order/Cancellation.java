package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Messages;
import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.common.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Cancels orders that could not be confirmed. The change of the status and the message about it are one transaction.
 * Services that took something for the order run their compensating transactions when they receive the message.
 */
@Component
public class Cancellation {

    private static final Logger LOG = LoggerFactory.getLogger(Cancellation.class);
    private static final int BATCH = 100;

    private final OrderMapper orders;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final long giveUpAfterMs;

    Cancellation(OrderMapper orders, Outbox outbox, TransactionTemplate transaction,
            @Value("${shop.order.give-up-after-ms}") long giveUpAfterMs) {
        this.orders = orders;
        this.outbox = outbox;
        this.transaction = transaction;
        this.giveUpAfterMs = giveUpAfterMs;
    }

    /** Cancels an order, unless it is already confirmed or cancelled. */
    void cancel(Order order) {
        transaction.executeWithoutResult(status -> {
            if (orders.beginCancel(order.orderId()) == 1) {
                outbox.add(Messages.ORDER_TOPIC, Messages.CANCEL_TAG, order.orderId(), new Messages.CancelOrder(
                        order.orderId(), order.userId(), order.moneyPaid(), order.goodsId(), order.goodsNumber(),
                        order.couponId()));
            }
        });
    }

    /** Cancels orders left behind by a process that was killed while placing them. */
    @Scheduled(fixedDelay = 1_000)
    public void cancelWhatWasLeftBehind() {
        for (Order order : orders.leftBehind(System.currentTimeMillis() - giveUpAfterMs, BATCH)) {
            LOG.warn("order {} was neither confirmed nor cancelled; it is cancelled now", order.orderId());
            cancel(order);
        }
    }
}
