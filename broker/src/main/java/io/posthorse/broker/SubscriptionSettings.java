package io.posthorse.broker;

import java.util.Map;
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

    private static final String DELIVERY = "delivery";
    private static final String SETTLED = "settled";

    public SubscriptionSettings {
        attributes = new TreeMap<>(attributes);
    }

    /** Attributes of a subscription whose messages are settled one by one; a map of the caller's own. */
    public static SortedMap<String, String> settledOneByOne() {
        return new TreeMap<>(Map.of(DELIVERY, SETTLED));
    }

    /** Whether messages are settled one by one. Nobody reads such a subscription with offsets or leases. */
    public boolean settlesOneByOne() {
        return SETTLED.equals(attributes.get(DELIVERY));
    }

    /** Whether consumers with offsets or leases may use it. */
    public boolean admitsOffsets() {
        return consumeEnabled && !settlesOneByOne();
    }
}
