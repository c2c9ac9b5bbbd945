package io.posthorse.protocol.openwire;

import io.posthorse.broker.Origin;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.ExpirySweep;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.broker.delivery.Selector;
import jakarta.jms.InvalidSelectorException;

/** What is looked through for messages whose time is over: queues, and durable subscriptions. */
final class SweptFeeds implements ExpirySweep.Feeds {
    private final OpenwireProtocol protocol;
    private Origin last;
    private Selector wanted;

    SweptFeeds(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Returns what is swept; nothing where a subscriber does not want what he has sent himself: which connections were his
     * is known only while he is there, and then what has expired is found on the way to him.
     */
    @Override
    public Feed of(Subscription subscription, Topic topic) {
        boolean isDurable = Names.isDurable(subscription.name());
        Origin origin = subscription.settings().origin();
        if (Names.queueOf(subscription.name()) == null && !isDurable || Repeats.isTopic(topic.name())
                || isDurable && origin != null && origin.excludesOwn()) {
            return null;
        }
        return protocol.deliveries.feed(topic, subscription, protocol.deadLetters, isDurable);
    }

    @Override
    public Selector wanted(Subscription subscription) {
        Origin origin = subscription.settings().origin();
        if (origin == null || !Names.isDurable(subscription.name())) {
            return null;
        }
        if (!origin.equals(last)) {
            last = origin;
            wanted = selector(origin);
        }
        return wanted;
    }

    private Selector selector(Origin origin) {
        try {
            return JmsSelector.of(protocol.messages::at, origin.selector(), null);
        } catch (InvalidSelectorException e) {
            return null; // it was refused when it came, so it cannot be there
        }
    }
}
