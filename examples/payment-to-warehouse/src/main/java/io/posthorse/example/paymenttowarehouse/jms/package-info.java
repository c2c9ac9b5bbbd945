/** Connections, queues and sessions of JMS, as all three parts use them. */
package io.posthorse.example.paymenttowarehouse.jms;
