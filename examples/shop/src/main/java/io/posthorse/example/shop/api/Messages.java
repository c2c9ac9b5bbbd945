package io.posthorse.example.shop.api;

/** Topics, tags and bodies of messages. Bodies are JSON. */
public final class Messages {

    public static final String ORDER_TOPIC = "orderTopic";
    public static final String CANCEL_TAG = "order_cancel";
    public static final String PAY_TOPIC = "payTopic";
    public static final String PAID_TAG = "paid";

    private Messages() {
    }

    /**
     * The cancellation of an order: each service that took something for the order returns it. The key is the order's
     * number.
     */
    public record CancelOrder(
            long orderId, long userId, long userMoney, long goodsId, int goodsNumber, Long couponId) {
    }

    /** The payment of an order. The key is the payment's number. */
    public record Paid(long payId, long orderId, long userId, long payAmount) {
    }
}
