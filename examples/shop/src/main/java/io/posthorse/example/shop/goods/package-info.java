/** The goods service: the stock. */
package io.posthorse.example.shop.goods;
