package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.Feed;
import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.filter.DestinationFilter;

/**
 * The virtual topics: a queue Consumer.NAME.VirtualTopic.X gets the messages of the topic VirtualTopic.X from its creation
 * on, whichever client created it. Nothing is copied: the queue's subscription is one to the topic too. A pattern of such
 * queues that has been consumed acts as such a queue of all topics that match, also of future ones.
 */
final class VirtualTopics {
    private static final String CONSUMER = "Consumer.";
    private static final String TOPIC = "VirtualTopic.";

    private final OpenwireProtocol protocol;
    /** Queues of each topic, by its name in the broker; null before they are collected. */
    private Map<String, Map<String, ActiveMQQueue>> byTopic;
    /** Patterns of queues, by the names of their subscriptions. */
    private final Map<String, ActiveMQQueue> patterns = new LinkedHashMap<>();

    VirtualTopics(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Returns the topic, or pattern of topics, whose messages a queue or a pattern of queues gets; null for other
     * destinations.
     */
    static ActiveMQTopic topicOf(ActiveMQDestination queue) {
        String name = queue.getPhysicalName();
        int behindName = name.startsWith(CONSUMER) ? name.indexOf('.', CONSUMER.length()) : -1;
        if (!queue.isQueue() || queue.isTemporary() || behindName <= CONSUMER.length()
                || !name.startsWith(TOPIC, behindName + 1) || name.length() == behindName + 1 + TOPIC.length()) {
            return null;
        }
        return new ActiveMQTopic(name.substring(behindName + 1));
    }

    /** Attaches queues to topics of an earlier run, as {@link DurablePatterns#start} does for durable subscriptions. */
    void start() {
        collectOnce();
        if (!byTopic.isEmpty() || !patterns.isEmpty()) {
            protocol.broker.topics().forEach(this::created);
        }
    }

    /** Returns the existing topics of a queue's messages. */
    List<Topic> topics(ActiveMQTopic topic) throws JMSException {
        if (JmsDestinations.isPattern(topic)) {
            return protocol.destinations.matching(topic);
        }
        Topic known = protocol.destinations.known(topic);
        return known == null ? List.of() : List.of(known);
    }

    /** Subscribes a queue to its topics from now on; has no effect where it is subscribed already, or is no such queue. */
    void begin(ActiveMQDestination queue, Subscription own) throws JMSException {
        ActiveMQTopic topic = topicOf(queue);
        if (topic == null) {
            return;
        }
        for (Topic existing : topics(topic)) {
            if (!own.knows(existing)) {
                protocol.deliveries.beginAtEnd(existing, own);
            }
        }
        note(topic, own.name(), queue);
    }

    private void note(ActiveMQTopic topic, String subscription, ActiveMQDestination queue) {
        collectOnce();
        ActiveMQQueue known = new ActiveMQQueue(queue.getPhysicalName());
        if (JmsDestinations.isPattern(topic)) {
            patterns.put(subscription, known);
        } else {
            byTopic.computeIfAbsent(JmsNames.topic(topic), n -> new HashMap<>(2)).put(subscription, known);
        }
    }

    /** Collects the queues and patterns of an earlier run by their subscriptions. */
    private void collectOnce() {
        if (byTopic != null) {
            return;
        }
        byTopic = new HashMap<>();
        for (Subscription existing : protocol.broker.subscriptions()) {
            ActiveMQQueue queue = JmsNames.queueOf(existing.name());
            ActiveMQTopic topic = queue == null ? null : topicOf(queue);
            if (topic != null) {
                note(topic, existing.name(), queue);
            }
        }
    }

    /** Subscribes the matching queues to a new topic, from its first message on. */
    void created(Topic topic) {
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        if (!destination.isTopic() || !destination.getPhysicalName().startsWith(TOPIC)) {
            return;
        }
        collectOnce();
        Map<String, ActiveMQQueue> exact = byTopic.getOrDefault(topic.name(), new HashMap<>());
        exact.keySet().removeIf(name -> !begin(name, topic));
        for (String name : List.copyOf(patterns.keySet())) {
            if (DestinationFilter.parseFilter(topicOf(patterns.get(name))).matches(destination) && !begin(name, topic)) {
                patterns.remove(name);
            }
        }
    }

    /** Forgets a deleted queue. */
    void deleted(Topic topic) {
        ActiveMQDestination queue = JmsNames.destination(topic.name());
        ActiveMQTopic source = topicOf(queue);
        if (source != null && byTopic != null) {
            String own = JmsNames.queueSubscription(queue.getPhysicalName());
            byTopic.computeIfPresent(JmsNames.topic(source), (name, queues) ->
                    queues.remove(own) != null && queues.isEmpty() ? null : queues);
        }
    }

    /** Subscribes to a topic; returns false where the subscription no longer exists. */
    private boolean begin(String subscription, Topic topic) {
        Subscription own = protocol.broker.subscription(subscription);
        if (own == null) {
            return false;
        }
        for (Partition partition : topic.partitions()) {
            protocol.broker.settlements().begin(own, partition, 0);
        }
        return true;
    }

    /** Returns the queue under whose name a feed's messages are shown, where they were sent to its topic; otherwise null. */
    ActiveMQQueue shownAs(Feed feed) {
        if (feed.subscription().isTransient() || !feed.topic().name().startsWith(JmsNames.TOPIC)) {
            return null;
        }
        String name = feed.subscription().name();
        collectOnce();
        ActiveMQQueue pattern = patterns.get(name);
        return pattern != null ? pattern : byTopic.getOrDefault(feed.topic().name(), Map.of()).get(name);
    }
}
