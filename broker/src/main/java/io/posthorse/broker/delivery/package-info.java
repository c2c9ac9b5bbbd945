/**
 * Handing out the messages of a subscription to several consumers, each message to one of them: credit, selectors,
 * priority, groups, exclusive consumers, expiry, browsing. Soft state on top of the core's commands; names no protocol.
 */
package io.posthorse.broker.delivery;
