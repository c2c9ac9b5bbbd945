/** Orders: their states, and the messages about their changes. */
package io.posthorse.example.paymenttowarehouse.order;
