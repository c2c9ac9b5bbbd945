/** The goods service: stock. */
package io.posthorse.example.shop.goods;
