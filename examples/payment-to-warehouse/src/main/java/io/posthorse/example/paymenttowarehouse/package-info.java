/** An order from its payment to the warehouse and back; the three parts communicate only through JMS queues. */
package io.posthorse.example.paymenttowarehouse;
