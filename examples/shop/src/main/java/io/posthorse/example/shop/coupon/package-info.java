/** The coupon service. */
package io.posthorse.example.shop.coupon;
