package io.posthorse.example.shop.api;

/**
 * What a user wants to buy; all money in cents. Price, amount and fee are what the user was shown.
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
