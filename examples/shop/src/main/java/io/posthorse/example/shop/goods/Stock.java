package io.posthorse.example.shop.goods;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Goods;
import io.posthorse.example.shop.api.GoodsService;
import io.posthorse.example.shop.api.Messages.CancelOrder;
import io.posthorse.example.shop.common.Steps;
import org.apache.dubbo.config.annotation.DubboService;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The stock.
 *
 * <p>The log has one row for each order. It records either what the order took, or that the order must not take
 * anything. A deduction and its compensation both write this row first, so a deduction that arrives after the
 * cancellation finds the row and does nothing.
 */
@DubboService
public class Stock implements GoodsService {

    private final GoodsMapper goods;
    private final TransactionTemplate transaction;
    private final Steps steps;

    Stock(GoodsMapper goods, TransactionTemplate transaction, Steps steps) {
        this.goods = goods;
        this.transaction = transaction;
        this.steps = steps;
    }

    @Override
    public Goods find(long goodsId) {
        return goods.find(goodsId);
    }

    @Override
    public Code deduct(long orderId, long goodsId, int number) {
        if (number <= 0) {
            return Code.REQUEST_INVALID;
        }
        Code code = transaction.execute(status -> {
            try {
                goods.log(orderId, goodsId, number, "TAKEN", System.currentTimeMillis());
            } catch (DuplicateKeyException e) {
                return goods.state(orderId).equals("TAKEN") ? Code.OK : Code.ORDER_CANCELLED;
            }
            if (goods.take(goodsId, number) == 0) {
                status.setRollbackOnly();
                return Code.GOODS_NOT_ENOUGH;
            }
            steps.reached("call-not-committed");
            return Code.OK;
        });
        steps.reached("call-committed");
        return code;
    }

    /**
     * Returns the goods of a cancelled order to stock, or prevents a later deduction. Runs inside the caller's
     * transaction.
     */
    void giveBack(CancelOrder order) {
        long now = System.currentTimeMillis();
        if (goods.markReturned(order.orderId(), now) == 1) {
            goods.giveBack(order.goodsId(), order.goodsNumber());
            return;
        }
        try {
            goods.log(order.orderId(), order.goodsId(), 0, "RETURNED", now);
        } catch (DuplicateKeyException e) {
            if (goods.state(order.orderId()).equals("TAKEN")) {
                throw new IllegalStateException("order " + order.orderId() + " took goods concurrently; retry", e);
            }
        }
    }
}
