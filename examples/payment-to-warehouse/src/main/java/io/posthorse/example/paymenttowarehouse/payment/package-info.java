/** Accepts the results of a payment provider and sends them to the orders. */
package io.posthorse.example.paymenttowarehouse.payment;
