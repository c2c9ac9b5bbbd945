/** Takes the answers of a payment provider and tells the orders. */
package io.posthorse.example.paymenttowarehouse.payment;
