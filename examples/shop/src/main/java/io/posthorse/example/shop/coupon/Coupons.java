package io.posthorse.example.shop.coupon;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Coupon;
import io.posthorse.example.shop.api.CouponService;
import io.posthorse.example.shop.api.Messages.CancelOrder;
import io.posthorse.example.shop.common.Steps;
import org.apache.dubbo.config.annotation.DubboService;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionTemplate;

/** The coupons. The log has one row for each order and works like that of the stock. */
@DubboService
public class Coupons implements CouponService {

    private final CouponMapper coupons;
    private final TransactionTemplate transaction;
    private final Steps steps;

    Coupons(CouponMapper coupons, TransactionTemplate transaction, Steps steps) {
        this.coupons = coupons;
        this.transaction = transaction;
        this.steps = steps;
    }

    @Override
    public Coupon find(long couponId) {
        return coupons.find(couponId);
    }

    @Override
    public Code use(long orderId, long couponId, long userId) {
        Code code = transaction.execute(status -> {
            long now = System.currentTimeMillis();
            try {
                coupons.log(orderId, couponId, "TAKEN", now);
            } catch (DuplicateKeyException e) {
                return coupons.state(orderId).equals("TAKEN") ? Code.OK : Code.ORDER_CANCELLED;
            }
            if (coupons.use(couponId, userId, orderId, now) == 0) {
                status.setRollbackOnly();
                return Code.COUPON_USED;
            }
            steps.reached("call-not-committed");
            return Code.OK;
        });
        steps.reached("call-committed");
        return code;
    }

    /** Releases the coupon of a cancelled order, or prevents its later use. Runs inside the caller's transaction. */
    void giveBack(CancelOrder order) {
        if (order.couponId() == null) {
            return;
        }
        long now = System.currentTimeMillis();
        if (coupons.markReturned(order.orderId(), now) == 1) {
            coupons.free(order.couponId(), order.orderId());
            return;
        }
        try {
            coupons.log(order.orderId(), order.couponId(), "RETURNED", now);
        } catch (DuplicateKeyException e) {
            if (coupons.state(order.orderId()).equals("TAKEN")) {
                throw new IllegalStateException("order " + order.orderId() + " used a coupon concurrently; retry", e);
            }
        }
    }
}
