package io.posthorse.example.shop.api;

import java.io.Serializable;

/**
 * An article.
 *
 * @param goodsNumber the number in stock
 * @param goodsPrice the price in cents
 */
public record Goods(long goodsId, String goodsName, int goodsNumber, long goodsPrice) implements Serializable {
}
