package io.posthorse.broker;

/**
 * What a durable subscription was made for. Set by the protocol whose client made it, and changed by nobody else.
 *
 * @param user whose it is; empty where it was made without users
 * @param source the destination as that client calls it
 * @param selector which messages it wants; empty for all
 * @param excludesOwn whether it does not want what its own client publishes
 */
public record SubscriptionOrigin(String user, String source, String selector, boolean excludesOwn) {}
