/** Orders: what state they are in, and who hears of it. */
package io.posthorse.example.paymenttowarehouse.order;
