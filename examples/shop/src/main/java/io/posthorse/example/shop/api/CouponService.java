package io.posthorse.example.shop.api;

/** The remote interface of the coupon service. */
public interface CouponService {

    /** Returns the coupon, or null if there is none. */
    Coupon find(long couponId);

    /** Uses a coupon for an order. The call is idempotent for each order. */
    Code use(long orderId, long couponId, long userId);
}
