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

/** The durable subscriptions to patterns of topics: each gets a new topic from its first message on, also while inactive. */
final class DurablePatterns {
    private final OpenwireProtocol protocol;
    /** Filters by the names of the subscriptions; null before they are collected. */
    private Map<String, DestinationFilter> filters;

    DurablePatterns(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Attaches the subscriptions to topics that were created while this protocol was inactive, or stored without the
     * cursors: a subscription that has never read a topic reads it from its beginning. It has a cursor on each topic that
     * is older than itself.
     */
    void start() {
        collectOnce();
        if (!filters.isEmpty()) {
            protocol.broker.topics().forEach(this::created);
        }
    }

    /** Adds a subscription, where it is to a pattern. */
    void note(Subscription durable) {
        collectOnce();
        add(durable);
    }

    private void collectOnce() {
        if (filters == null) {
            filters = new HashMap<>();
            protocol.broker.subscriptions().forEach(this::add);
        }
    }

    private void add(Subscription one) {
        SubscriptionOrigin origin = one.settings().origin();
        if (origin == null || !JmsNames.isDurable(one.name())) {
            return;
        }
        ActiveMQDestination to = ActiveMQDestination.createDestination(origin.source(), ActiveMQDestination.TOPIC_TYPE);
        if (JmsDestinations.isPattern(to)) {
            filters.put(one.name(), DestinationFilter.parseFilter(to));
        }
    }

    /** Attaches the matching subscriptions to a new topic. */
    void created(Topic topic) {
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        if (!destination.isTopic() || destination.isTemporary()) {
            return;
        }
        collectOnce();
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
