package io.posthorse.broker;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings of a subscription that an operator or a first consumer chose.
 *
 * @param consumeEnabled whether messages are handed out at all
 * @param broadcastEnabled whether each consumer may read everything, with cursors of its own
 * @param consumeFromMin whether a new subscription begins at the oldest message
 * @param ordered whether consumption should be in order
 * @param retryPartitions partitions of its retry topic; 0 turns retries off
 * @param retryMax deliveries after the first before a message is dead
 * @param notifyMembers whether members are notified when others come and go
 * @param settlesOneByOne whether messages are settled one by one: then unsettled ones are kept, however old, and nobody
 *     reads the subscription with offsets or leases
 * @param origin its origin; null for all but durable subscriptions of single subscribers
 * @param attributes further settings, passed through; none of them has a meaning in the core
 */
public record SubscriptionSettings(
        boolean consumeEnabled,
        boolean broadcastEnabled,
        boolean consumeFromMin,
        boolean ordered,
        int retryPartitions,
        int retryMax,
        boolean notifyMembers,
        boolean settlesOneByOne,
        SubscriptionOrigin origin,
        SortedMap<String, String> attributes) {
    public static final SubscriptionSettings STANDARD = ofOffsets(true, true, true, false, 1, 16, true, new TreeMap<>());

    public SubscriptionSettings {
        attributes = new TreeMap<>(attributes);
    }

    /** Returns settings of a subscription that is read with offsets or leases. */
    public static SubscriptionSettings ofOffsets(
            boolean consumeEnabled, boolean broadcastEnabled, boolean consumeFromMin, boolean ordered, int retryPartitions,
            int retryMax, boolean notifyMembers, SortedMap<String, String> attributes) {
        return new SubscriptionSettings(consumeEnabled, broadcastEnabled, consumeFromMin, ordered, retryPartitions, retryMax,
                notifyMembers, false, null, attributes);
    }

    /** Returns settings of a subscription whose messages are settled one by one. */
    public static SubscriptionSettings settled(SubscriptionOrigin origin) {
        return new SubscriptionSettings(true, false, true, false, 0, 0, false, true, origin, new TreeMap<>());
    }

    /** Returns these settings with the values that an operator may change: neither the kind of settling, nor the origin. */
    public SubscriptionSettings changed(SubscriptionSettings wanted) {
        return new SubscriptionSettings(wanted.consumeEnabled, wanted.broadcastEnabled, wanted.consumeFromMin,
                wanted.ordered,
                wanted.retryPartitions, wanted.retryMax, wanted.notifyMembers, settlesOneByOne, origin, wanted.attributes);
    }

    /** Returns whether consumers with offsets or leases may use it. */
    public boolean admitsOffsets() {
        return consumeEnabled && !settlesOneByOne;
    }
}
