/** An order from its payment to the warehouse and back; the three parts talk through JMS queues only. */
package io.posthorse.example.paymenttowarehouse;
