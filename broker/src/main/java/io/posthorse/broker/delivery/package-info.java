/**
 * The distribution of a subscription's messages among several consumers, each message to one of them: credit, selectors,
 * priority, groups, exclusive consumers, expiry, browsing. Its state is in memory only, on top of the core's commands; it
 * names no protocol.
 */
package io.posthorse.broker.delivery;
