package io.posthorse.broker;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The topics and subscriptions whose last change is in one record only. Where that record rots before a checkpoint holds
 * its contents, a topic's settings or the name of a subscription with cursors would be lost, so it is soon written again.
 */
final class UnconfirmedChanges {
    private final Set<Object> changed = new LinkedHashSet<>();

    void add(Topic topic) {
        if (!topic.isInternal()) {
            changed.add(topic);
        }
    }

    void add(Subscription subscription) {
        changed.add(subscription);
    }

    void remove(Topic topic) {
        changed.remove(topic);
    }

    void remove(Subscription subscription) {
        changed.remove(subscription);
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    void clear() {
        changed.clear();
    }

    /** Returns an event that repeats the next change, null where none is left or those left are outdated. */
    Event next(State state) {
        Iterator<Object> all = changed.iterator();
        while (all.hasNext()) {
            Object first = all.next();
            all.remove();
            if (first instanceof Topic topic && !topic.isDeleted() && topic.isNumberedInRow()) {
                return new Event.TopicChanged(topic.name(), topic.settings(), topic.partition(0).id());
            }
            if (first instanceof Subscription subscription && state.subscriptions.get(subscription.name()) == subscription) {
                return new Event.SubscriptionChanged(subscription.name(), subscription.settings(), subscription.number());
            }
        }
        return null;
    }
}
