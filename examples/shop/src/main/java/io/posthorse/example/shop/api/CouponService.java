package io.posthorse.example.shop.api;

/** Calls of the coupon service. */
public interface CouponService {

    /** A coupon, or null. */
    Coupon find(long couponId);

    /** Uses a coupon for an order; may be called twice for one order. */
    Code use(long orderId, long couponId, long userId);
}
