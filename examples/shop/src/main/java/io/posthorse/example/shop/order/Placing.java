package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Coupon;
import io.posthorse.example.shop.api.CouponService;
import io.posthorse.example.shop.api.GoodsService;
import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.api.OrderRequest;
import io.posthorse.example.shop.api.UserService;
import io.posthorse.example.shop.common.Numbers;
import io.posthorse.example.shop.common.Steps;
import org.apache.dubbo.config.annotation.DubboReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Places an order: validates the request, stores the order, takes goods, coupon and money from their services, and
 * confirms or cancels the order.
 */
@Component
public class Placing {

    private static final Logger LOG = LoggerFactory.getLogger(Placing.class);

    private final OrderMapper orders;
    private final Cancellation cancellation;
    private final Numbers numbers;
    private final Steps steps;

    @DubboReference
    private GoodsService goods;

    @DubboReference
    private CouponService coupons;

    @DubboReference
    private UserService users;

    Placing(OrderMapper orders, Cancellation cancellation, Numbers numbers, Steps steps) {
        this.orders = orders;
        this.cancellation = cancellation;
        this.numbers = numbers;
        this.steps = steps;
    }

    /**
     * The result of placing an order.
     *
     * @param orderId the order's number, or 0 if nothing was written
     */
    public record Placed(Code code, long orderId) {
    }

    /** Places an order and returns when it is confirmed or rejected. */
    Placed place(OrderRequest request) {
        Coupon coupon;
        try {
            coupon = request.couponId() == null ? null : coupons.find(request.couponId());
            Code code = OrderRules.check(request, goods.find(request.goodsId()), users.find(request.userId()), coupon);
            if (code != Code.OK) {
                return new Placed(code, 0);
            }
        } catch (RuntimeException e) {
            LOG.warn("an order could not be checked: {}", e.toString());
            return new Placed(Code.SERVICE_UNAVAILABLE, 0);
        }
        Order order = OrderRules.order(numbers.next(), request, coupon, System.currentTimeMillis());
        orders.insert(order);
        Code code = takeAndConfirm(order);
        if (code != Code.OK) {
            cancellation.cancel(order);
        }
        return new Placed(code, order.orderId());
    }

    private Code takeAndConfirm(Order order) {
        try {
            steps.reached("before-goods");
            Code code = goods.deduct(order.orderId(), order.goodsId(), order.goodsNumber());
            steps.reached("before-coupon");
            if (code == Code.OK && order.couponId() != null) {
                code = coupons.use(order.orderId(), order.couponId(), order.userId());
            }
            steps.reached("before-balance");
            if (code == Code.OK && order.moneyPaid() > 0) {
                code = users.pay(order.orderId(), order.userId(), order.moneyPaid());
            }
            steps.reached("before-confirm");
            if (code == Code.OK && orders.confirm(order.orderId()) == 0) {
                code = Code.ORDER_CANCELLED;
            }
            if (code != Code.OK) {
                return code;
            }
        } catch (RuntimeException e) {
            LOG.warn("order {} is cancelled: {}", order.orderId(), e.toString());
            return Code.SERVICE_UNAVAILABLE;
        }
        steps.reached("confirmed");
        return Code.OK;
    }
}
