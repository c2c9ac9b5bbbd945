/** The payment service: payments, the provider's callback, and the log of payments. */
package io.posthorse.example.shop.pay;
