package io.posthorse.example.shop.api;

/**
 * A request to place an order; all amounts are in cents. Price, amount and fee are those shown to the user.
 *
 * @param moneyPaid the part to take from the balance
 * @param couponId the coupon to use, or null
 */
public record OrderRequest(
        long userId,
        long goodsId,
        int goodsNumber,
        long goodsPrice,
        long orderAmount,
        long shippingFee,
        long moneyPaid,
        Long couponId,
        String address) {
}
