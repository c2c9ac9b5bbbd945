package io.posthorse.broker;

import io.posthorse.platform.Holder;
import io.posthorse.platform.Places;
import io.posthorse.platform.Shares;
import java.util.HashMap;
import java.util.Map;

/**
 * Topics and subscriptions by who had them made: of as many as there may be, no user and no address makes more than its
 * part. Those of earlier runs of the process count for nobody. Used on the owner's thread.
 */
public final class Creations {
    private final int topicsMax;
    private final int subscriptionsMax;
    private final Map<Object, Holder> makers = new HashMap<>();
    private Places topics;
    private Places subscriptions;

    Creations(BrokerSettings settings) {
        this.topicsMax = settings.topicsMax();
        this.subscriptionsMax = settings.subscriptionsMax();
        limit(Shares.WHOLE);
    }

    /** Sets what one of those who make some may have; before anybody has. */
    public void limit(Shares shares) {
        topics = new Places(topicsMax, shares);
        subscriptions = new Places(subscriptionsMax, shares);
    }

    /**
     * Returns whether somebody may have one more topic made.
     *
     * @param by null where it is the broker itself
     */
    public boolean admitsTopic(Holder by) {
        return by == null || topics.hasRoom(by);
    }

    /** The same of a subscription. */
    public boolean admitsSubscription(Holder by) {
        return by == null || subscriptions.hasRoom(by);
    }

    /** Notes who had a topic made. */
    public void made(Topic topic, Holder by) {
        note(topics, topic, by);
    }

    /** Notes who had a subscription made. */
    public void made(Subscription subscription, Holder by) {
        note(subscriptions, subscription, by);
    }

    private void note(Places places, Object made, Holder by) {
        if (by != null && makers.putIfAbsent(made, by) == null) {
            places.note(by, 1);
        }
    }

    void gone(Topic topic) {
        forget(topics, topic);
    }

    void gone(Subscription subscription) {
        forget(subscriptions, subscription);
    }

    private void forget(Places places, Object gone) {
        Holder by = makers.remove(gone);
        if (by != null) {
            places.give(by);
        }
    }
}
