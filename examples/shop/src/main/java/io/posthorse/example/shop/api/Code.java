package io.posthorse.example.shop.api;

/** The result of a request. */
public enum Code {
    OK,
    REQUEST_INVALID,
    GOODS_UNKNOWN,
    GOODS_NOT_ENOUGH,
    USER_UNKNOWN,
    PRICE_INVALID,
    SHIPPING_FEE_INVALID,
    AMOUNT_INVALID,
    BALANCE_NOT_ENOUGH,
    COUPON_UNKNOWN,
    COUPON_USED,
    ORDER_UNKNOWN,
    /** The order was cancelled before this request arrived; the request must not change anything. */
    ORDER_CANCELLED,
    ORDER_NOT_CONFIRMED,
    PAYMENT_UNKNOWN,
    ALREADY_PAID,
    /** A service did not answer. What it did is unknown, so it is compensated. */
    SERVICE_UNAVAILABLE
}
