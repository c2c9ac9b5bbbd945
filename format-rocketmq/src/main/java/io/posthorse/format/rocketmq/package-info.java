/**
 * What the protocols of RocketMQ's clients share: the stored message, the rules for names, the filters, and what users may
 * do.
 */
package io.posthorse.format.rocketmq;
