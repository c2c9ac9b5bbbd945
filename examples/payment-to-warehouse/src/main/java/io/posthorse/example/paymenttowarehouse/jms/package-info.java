/** JMS connections, queues and sessions, shared by all three parts. */
package io.posthorse.example.paymenttowarehouse.jms;
