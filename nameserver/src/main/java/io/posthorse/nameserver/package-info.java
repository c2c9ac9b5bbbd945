/**
 * The name server of RocketMQ's clients, which answers which brokers host a topic. {@link NameServer} answers requests, from
 * one thread and without timers of its own; {@link LocalBroker} is its interface to a broker in the same process.
 */
package io.posthorse.nameserver;
