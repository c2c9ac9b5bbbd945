package io.posthorse.example.shop.api;

/** Topics, tags and bodies. Bodies are JSON. */
public final class Messages {

    public static final String ORDER_TOPIC = "orderTopic";
    public static final String CANCEL_TAG = "order_cancel";
    public static final String PAY_TOPIC = "payTopic";
    public static final String PAID_TAG = "paid";

    private Messages() {
    }

    /** Tells that an order is cancelled: who took something for it gives it back. The key is the order's number. */
    public record CancelOrder(
            long orderId, long userId, long userMoney, long goodsId, int goodsNumber, Long couponId) {
    }

    /** Tells that an order is paid. The key is the payment's number. */
    public record Paid(long payId, long orderId, long userId, long payAmount) {
    }
}
