/**
 * The parts that the protocols of RocketMQ's clients share: the stored message, the rules for names, the filters, and the
 * settings.
 */
package io.posthorse.format.rocketmq;
