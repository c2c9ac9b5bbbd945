package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionOrigin;
import io.posthorse.broker.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.filter.DestinationFilter;

/** Durable subscriptions to patterns of topics: they get a topic that comes from its first message on, here or away. */
final class DurablePatterns {
    private final OpenwireProtocol protocol;
    /** What each of them is to, by its name; null before the first look. */
    private Map<String, DestinationFilter> filters;

    DurablePatterns(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Makes up for topics that came while nobody here heard of it, or of which no more than the topic was stored: what such
     * a subscription has never read, it reads from the begin. A topic that is older than the subscription it has read.
     */
    void start() {
        lookOnce();
        if (!filters.isEmpty()) {
            protocol.broker.topics().forEach(this::created);
        }
    }

    /** There is such a subscription. */
    void note(Subscription durable) {
        lookOnce();
        read(durable);
    }

    private void lookOnce() {
        if (filters == null) {
            filters = new HashMap<>();
            protocol.broker.subscriptions().forEach(this::read);
        }
    }

    private void read(Subscription one) {
        SubscriptionOrigin origin = one.settings().origin();
        if (origin == null || !JmsNames.isDurable(one.name())) {
            return;
        }
        ActiveMQDestination to = ActiveMQDestination.createDestination(origin.source(), ActiveMQDestination.TOPIC_TYPE);
        if (JmsDestinations.isPattern(to)) {
            filters.put(one.name(), DestinationFilter.parseFilter(to));
        }
    }

    /** A topic has come to be. */
    void created(Topic topic) {
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        if (!destination.isTopic() || destination.isTemporary()) {
            return;
        }
        lookOnce();
        for (Map.Entry<String, DestinationFilter> one : List.copyOf(filters.entrySet())) {
            Subscription durable = protocol.broker.subscription(one.getKey());
            if (durable == null) {
                filters.remove(one.getKey());
            } else if (one.getValue().matches(destination)) {
                for (Partition partition : topic.partitions()) {
                    protocol.broker.settlements().begin(durable, partition, 0);
                }
            }
        }
    }
}
