package io.posthorse.broker;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.HashMap;
import java.util.Map;

/**
 * The topics, partitions and subscriptions by creator, so that no user and no address exceeds its share of the limits.
 * Creations of earlier runs of the process count for nobody. Used on the owner's thread.
 */
public final class Creations {
    private final BrokerSettings settings;
    private final Map<Object, QuotaHolder> makers = new HashMap<>();
    /** The latest gain first. */
    private final Map<Topic, Gain> gains = new HashMap<>();
    private Quota topics;
    private Quota partitions;
    private Quota subscriptions;

    /** Partitions that somebody added to a topic, and earlier ones. */
    private record Gain(QuotaHolder by, int count, Gain before) {}

    Creations(BrokerSettings settings) {
        this.settings = settings;
        limit(QuotaShares.WHOLE);
    }

    /** Sets the share of each creator; to be called before the first creation. */
    public void limit(QuotaShares shares) {
        topics = new Quota(settings.topicsMax(), shares);
        partitions = new Quota(Bounds.partitionsInAll(settings), shares);
        subscriptions = new Quota(settings.subscriptionsMax(), shares);
    }

    /**
     * Returns whether somebody may create one more topic.
     *
     * @param by null where it is the broker itself
     * @param size number of its partitions
     */
    public boolean admitsTopic(QuotaHolder by, int size) {
        return by == null || topics.hasRoom(by) && admitsPartitions(by, size);
    }

    /** Returns whether somebody may add partitions. */
    public boolean admitsPartitions(QuotaHolder by, int more) {
        return by == null || more <= 0 || partitions.hasRoom(by, more);
    }

    /** Returns whether somebody may create one more subscription. */
    public boolean admitsSubscription(QuotaHolder by) {
        return by == null || subscriptions.hasRoom(by);
    }

    /** Notes the creator of a topic. */
    public void made(Topic topic, QuotaHolder by) {
        note(topics, topic, by);
        grew(topic, topic.size(), by);
    }

    /** Notes who added partitions to a topic. */
    public void grew(Topic topic, int more, QuotaHolder by) {
        if (by != null && more > 0) {
            gains.put(topic, new Gain(by, more, gains.get(topic)));
            partitions.note(by, more);
        }
    }

    /** Returns the creator of a subscription; null where it was the broker itself, or an earlier run. */
    public QuotaHolder maker(Subscription subscription) {
        return makers.get(subscription);
    }

    /** Notes the creator of a subscription. */
    public void made(Subscription subscription, QuotaHolder by) {
        note(subscriptions, subscription, by);
    }

    private void note(Quota places, Object made, QuotaHolder by) {
        if (by != null && makers.putIfAbsent(made, by) == null) {
            places.note(by, 1);
        }
    }

    void gone(Topic topic) {
        forget(topics, topic);
        for (Gain gain = gains.remove(topic); gain != null; gain = gain.before) {
            partitions.give(gain.by, gain.count);
        }
    }

    void gone(Subscription subscription) {
        forget(subscriptions, subscription);
    }

    private void forget(Quota places, Object gone) {
        QuotaHolder by = makers.remove(gone);
        if (by != null) {
            places.give(by);
        }
    }
}
