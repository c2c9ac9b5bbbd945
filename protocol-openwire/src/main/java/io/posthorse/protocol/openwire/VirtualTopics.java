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
 * A queue Consumer.NAME.VirtualTopic.X gets what is published to the topic VirtualTopic.X from the moment on that there is
 * such a queue, whoever made it. Nothing is copied: the queue's subscription is one to the topic too. A pattern of such
 * queues that has been consumed is a queue of this kind itself, of all topics that it fits, also of those to come.
 */
final class VirtualTopics {
    private static final String CONSUMER = "Consumer.";
    private static final String TOPIC = "VirtualTopic.";

    private final OpenwireProtocol protocol;
    /** Queues of one topic, by its name in the broker; null before the first look. */
    private Map<String, Map<String, ActiveMQQueue>> byTopic;
    /** Patterns, by the names of their subscriptions. */
    private final Map<String, ActiveMQQueue> patterns = new LinkedHashMap<>();

    VirtualTopics(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /** The topic, or pattern of topics, that a queue or a pattern of queues gets the messages of; null for other ones. */
    static ActiveMQTopic topicOf(ActiveMQDestination queue) {
        String name = queue.getPhysicalName();
        int behindName = name.startsWith(CONSUMER) ? name.indexOf('.', CONSUMER.length()) : -1;
        if (!queue.isQueue() || queue.isTemporary() || behindName <= CONSUMER.length()
                || !name.startsWith(TOPIC, behindName + 1) || name.length() == behindName + 1 + TOPIC.length()) {
            return null;
        }
        return new ActiveMQTopic(name.substring(behindName + 1));
    }

    /** The same for topics of an earlier run as {@link DurablePatterns#start} does for durable subscriptions. */
    void start() {
        lookOnce();
        if (!byTopic.isEmpty() || !patterns.isEmpty()) {
            protocol.broker.topics().forEach(this::created);
        }
    }

    /** The topics of a queue's messages that there are. */
    List<Topic> topics(ActiveMQTopic topic) throws JMSException {
        if (JmsDestinations.isPattern(topic)) {
            return protocol.destinations.matching(topic);
        }
        Topic known = protocol.destinations.known(topic);
        return known == null ? List.of() : List.of(known);
    }

    /** From now on the queue gets what its topics are told; does nothing where it does already, or is none of these. */
    void begin(ActiveMQDestination queue, Subscription own) throws JMSException {
        ActiveMQTopic topic = topicOf(queue);
        if (topic == null) {
            return;
        }
        for (Topic one : topics(topic)) {
            if (!own.knows(one)) {
                protocol.deliveries.beginAtEnd(one, own);
            }
        }
        note(topic, own.name(), queue);
    }

    private void note(ActiveMQTopic topic, String subscription, ActiveMQDestination queue) {
        lookOnce();
        ActiveMQQueue known = new ActiveMQQueue(queue.getPhysicalName());
        if (JmsDestinations.isPattern(topic)) {
            patterns.put(subscription, known);
        } else {
            byTopic.computeIfAbsent(JmsNames.topic(topic), n -> new HashMap<>(2)).put(subscription, known);
        }
    }

    /** Those of an earlier run, by their subscriptions. */
    private void lookOnce() {
        if (byTopic != null) {
            return;
        }
        byTopic = new HashMap<>();
        for (Subscription one : protocol.broker.subscriptions()) {
            ActiveMQQueue queue = JmsNames.queueOf(one.name());
            ActiveMQTopic topic = queue == null ? null : topicOf(queue);
            if (topic != null) {
                note(topic, one.name(), queue);
            }
        }
    }

    /** A topic has come to be: its queues get it from its first message on. */
    void created(Topic topic) {
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        if (!destination.isTopic() || !destination.getPhysicalName().startsWith(TOPIC)) {
            return;
        }
        lookOnce();
        Map<String, ActiveMQQueue> exact = byTopic.getOrDefault(topic.name(), new HashMap<>());
        exact.keySet().removeIf(name -> !begin(name, topic));
        for (String name : List.copyOf(patterns.keySet())) {
            if (DestinationFilter.parseFilter(topicOf(patterns.get(name))).matches(destination) && !begin(name, topic)) {
                patterns.remove(name);
            }
        }
    }

    /** A queue of this kind is gone. */
    void deleted(Topic topic) {
        ActiveMQDestination queue = JmsNames.destination(topic.name());
        ActiveMQTopic sentTo = topicOf(queue);
        if (sentTo != null && byTopic != null) {
            String own = JmsNames.queueSubscription(queue.getPhysicalName());
            byTopic.computeIfPresent(JmsNames.topic(sentTo), (name, queues) ->
                    queues.remove(own) != null && queues.isEmpty() ? null : queues);
        }
    }

    /** False where there is no such subscription any more. */
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

    /** The queue by whose name a feed's messages are shown, for they were sent to its topic; null where they are not. */
    ActiveMQQueue shownAs(Feed feed) {
        if (feed.subscription().isTransient() || !feed.topic().name().startsWith(JmsNames.TOPIC)) {
            return null;
        }
        String name = feed.subscription().name();
        lookOnce();
        ActiveMQQueue pattern = patterns.get(name);
        return pattern != null ? pattern : byTopic.getOrDefault(feed.topic().name(), Map.of()).get(name);
    }
}
