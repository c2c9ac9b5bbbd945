package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * An article.
 *
 * @param goodsNumber how many are in stock
 * @param goodsPrice in cents
 */
public record Goods(long goodsId, String goodsName, int goodsNumber, long goodsPrice) implements Serializable {
}
