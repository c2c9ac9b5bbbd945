/**
 * The name server of RocketMQ's clients: who hosts which topic. {@link NameServer} answers requests, from one thread
 * and without timers of its own; {@link LocalBroker} is what it asks of the broker in the same process.
 */
package io.posthorse.nameserver;
