package io.posthorse.protocol.openwire;

import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionOrigin;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.ExpirySweep;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.broker.delivery.Selector;
import jakarta.jms.InvalidSelectorException;

/** The feeds that are swept for expired messages: queues and durable subscriptions. */
final class SweptFeeds implements ExpirySweep.Feeds {
    private final OpenwireProtocol protocol;
    private SubscriptionOrigin last;
    private Selector wanted;

    SweptFeeds(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Returns the feed to sweep. Returns null for a subscriber who excludes his own messages: his connections are known
     * only while he is connected, and then his expired messages are found on delivery.
     */
    @Override
    public Feed of(Subscription subscription, Topic topic) {
        boolean isDurable = JmsNames.isDurable(subscription.name());
        SubscriptionOrigin origin = subscription.settings().origin();
        if (JmsNames.queueOf(subscription.name()) == null && !isDurable || RepeatedDeliveries.isTopic(topic.name())
                || isDurable && origin != null && origin.excludesOwn()) {
            return null;
        }
        return protocol.deliveries.feed(topic, subscription, protocol.deadLetters, isDurable);
    }

    @Override
    public Selector wanted(Subscription subscription) {
        SubscriptionOrigin origin = subscription.settings().origin();
        if (origin == null || !JmsNames.isDurable(subscription.name())) {
            return null;
        }
        if (!origin.equals(last)) {
            last = origin;
            wanted = selector(origin);
        }
        return wanted;
    }

    private Selector selector(SubscriptionOrigin origin) {
        try {
            return JmsSelector.of(protocol.messages::at, origin.selector(), null);
        } catch (InvalidSelectorException e) {
            return null; // cannot happen: invalid selectors are refused on subscription
        }
    }
}
