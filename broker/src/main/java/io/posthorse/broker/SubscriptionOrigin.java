package io.posthorse.broker;

/**
 * The origin of a durable subscription, set only by the protocol of the client that created it.
 *
 * @param user its owner; empty where it was created without users
 * @param source the destination in that client's terms
 * @param selector selector of its messages; empty for all
 * @param excludesOwn whether it excludes messages that its own client publishes
 */
public record SubscriptionOrigin(String user, String source, String selector, boolean excludesOwn) {}
