package io.posthorse.example.shop.api;

/** The remote interface of the goods service. */
public interface GoodsService {

    /** Returns the article, or null if there is none. */
    Goods find(long goodsId);

    /** Takes goods from stock for an order. The call is idempotent for each order. */
    Code deduct(long orderId, long goodsId, int number);
}
