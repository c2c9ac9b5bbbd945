package io.posthorse.example.shop.api;

/** Calls of the goods service. */
public interface GoodsService {

    /** An article, or null. */
    Goods find(long goodsId);

    /** Takes goods out of stock for an order; called twice for one order it takes them once. */
    Code deduct(long orderId, long goodsId, int number);
}
