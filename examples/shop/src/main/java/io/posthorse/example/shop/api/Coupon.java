package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * A coupon of one user.
 *
 * @param couponPrice what it is worth, in cents
 * @param orderId the order that uses it, or null
 */
public record Coupon(long couponId, long userId, long couponPrice, Long orderId) implements Serializable {
}
