package io.posthorse.broker;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an operator or a first consumer chose for a subscription.
 *
 * @param consumeEnabled whether messages are handed out at all
 * @param broadcastEnabled whether consumers may read everything each, with cursors of their own
 * @param consumeFromMin whether a new subscription begins at the oldest message
 * @param ordered whether consumption is meant to be in order
 * @param retryPartitions partitions of its retry topic; 0 turns retries off
 * @param retryMax deliveries after the first before a message is dead
 * @param notifyMembers whether members are told when others come and go
 * @param attributes further settings, passed through
 */
public record SubscriptionSettings(
        boolean consumeEnabled,
        boolean broadcastEnabled,
        boolean consumeFromMin,
        boolean ordered,
        int retryPartitions,
        int retryMax,
        boolean notifyMembers,
        SortedMap<String, String> attributes) {
    public static final SubscriptionSettings STANDARD =
            new SubscriptionSettings(true, true, true, false, 1, 16, true, new TreeMap<>());

    public SubscriptionSettings {
        attributes = new TreeMap<>(attributes);
    }
}
