package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Coupon;
import io.posthorse.example.shop.api.Goods;
import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.api.OrderRequest;
import io.posthorse.example.shop.api.User;

/**
 * The arithmetic of an order, in cents, and the validation before anything is written. Checks of stock, coupon and
 * balance only reject invalid requests early; the conditional updates that take them are decisive.
 */
final class OrderRules {

    private static final long FREE_SHIPPING_ABOVE = 100_00;
    private static final long SHIPPING_FEE = 10_00;

    private OrderRules() {
    }

    /** Returns the shipping fee for an amount: 10.00 up to 100.00, nothing above. */
    static long shippingFee(long orderAmount) {
        return orderAmount > FREE_SHIPPING_ABOVE ? 0 : SHIPPING_FEE;
    }

    /** Validates a request. Goods, user and coupon are null if they were not found. */
    static Code check(OrderRequest request, Goods goods, User user, Coupon coupon) {
        if (request.goodsNumber() <= 0 || request.moneyPaid() < 0) {
            return Code.REQUEST_INVALID;
        }
        if (goods == null) {
            return Code.GOODS_UNKNOWN;
        }
        if (user == null) {
            return Code.USER_UNKNOWN;
        }
        if (request.goodsPrice() != goods.goodsPrice()) {
            return Code.PRICE_INVALID;
        }
        if (request.goodsNumber() > goods.goodsNumber()) {
            return Code.GOODS_NOT_ENOUGH;
        }
        if (request.orderAmount() != Math.multiplyExact(goods.goodsPrice(), (long) request.goodsNumber())) {
            return Code.AMOUNT_INVALID;
        }
        if (request.shippingFee() != shippingFee(request.orderAmount())) {
            return Code.SHIPPING_FEE_INVALID;
        }
        if (request.moneyPaid() > user.userMoney()) {
            return Code.BALANCE_NOT_ENOUGH;
        }
        return checkCoupon(request, coupon);
    }

    private static Code checkCoupon(OrderRequest request, Coupon coupon) {
        if (request.couponId() != null) {
            if (coupon == null || coupon.userId() != request.userId()) {
                return Code.COUPON_UNKNOWN;
            }
            if (coupon.orderId() != null) {
                return Code.COUPON_USED;
            }
        }
        return payAmount(request, coupon) < 0 ? Code.AMOUNT_INVALID : Code.OK;
    }

    private static long payAmount(OrderRequest request, Coupon coupon) {
        return request.orderAmount() + request.shippingFee() - request.moneyPaid() - worth(coupon);
    }

    private static long worth(Coupon coupon) {
        return coupon == null ? 0 : coupon.couponPrice();
    }

    /** Returns the order for a valid request. */
    static Order order(long orderId, OrderRequest request, Coupon coupon, long now) {
        return new Order(orderId, request.userId(), request.goodsId(), request.goodsNumber(), request.orderAmount(),
                request.shippingFee(), request.couponId(), worth(coupon), request.moneyPaid(),
                payAmount(request, coupon), request.address(), "NEW", "UNPAID", now);
    }
}
