package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * A coupon of a user.
 *
 * @param couponPrice the value of the coupon, in cents
 * @param orderId the order that uses the coupon, or null
 */
public record Coupon(long couponId, long userId, long couponPrice, Long orderId) implements Serializable {
}
