package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * A stored order; all amounts are in cents.
 *
 * @param payAmount the amount left to pay: amount and shipping fee, less coupon and balance
 * @param orderStatus NEW, CONFIRMED, CANCELLING or CANCELLED
 * @param payStatus UNPAID or PAID
 * @param addTime milliseconds since 1970
 */
public record Order(
        long orderId,
        long userId,
        long goodsId,
        int goodsNumber,
        long orderAmount,
        long shippingFee,
        Long couponId,
        long couponPaid,
        long moneyPaid,
        long payAmount,
        String address,
        String orderStatus,
        String payStatus,
        long addTime) implements Serializable {
}
