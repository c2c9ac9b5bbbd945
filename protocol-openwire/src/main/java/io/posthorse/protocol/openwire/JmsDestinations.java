package io.posthorse.protocol.openwire;

import io.posthorse.access.SystemNames;
import io.posthorse.broker.Admission;
import io.posthorse.broker.Bounds;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionOrigin;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicListener;
import io.posthorse.broker.TopicSettings;
import io.posthorse.platform.QuotaHolder;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.filter.DestinationFilter;
import org.apache.activemq.filter.DestinationPath;

/** The destinations of JMS clients: topics of the broker, created on first use, with the subscriptions of queues. */
final class JmsDestinations implements TopicListener {
    /** Settings of subscriptions whose messages are settled one by one; consumers with offsets cannot use them. */
    static final SubscriptionSettings SETTLED = SubscriptionSettings.settled(null);

    private static final int PART_OF_HEAP_FOR_NAMES = 16;

    private final OpenwireProtocol protocol;
    private final Broker broker;
    /** Queues' own subscriptions that are known to keep every message. */
    private final Map<Topic, Subscription> keeping = new IdentityHashMap<>();

    private final LongNames longNames;
    private final Set<Consumer<Topic>> watchers = new LinkedHashSet<>();
    private final Map<String, Set<Consumer<Topic>>> watchersByName = new HashMap<>();

    JmsDestinations(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.longNames = new LongNames(broker, protocol.clock, Runtime.getRuntime().maxMemory() / PART_OF_HEAP_FOR_NAMES);
        broker.onTopics(this);
    }

    /** Deletes the temporary destinations that connections of an earlier run left. */
    void dropTemporary() {
        List.copyOf(broker.topics()).stream().filter(t -> JmsNames.isTemporary(t.name())).forEach(this::delete);
    }

    /** Returns the topic of a destination; null where there is none. */
    Topic known(ActiveMQDestination destination) throws JMSException {
        String name = JmsNames.topic(destination);
        if (!destination.isTemporary() && JmsNames.isTemporary(name)) {
            throw new InvalidDestinationException("The name of " + destination + " is reserved for temporary destinations.");
        }
        return broker.topic(name);
    }

    /** Returns the dead-letter queue; creates it even where first use does not create destinations. */
    Topic deadLetters() throws JMSException {
        ActiveMQDestination queue = new ActiveMQQueue(protocol.settings.deadLetters());
        Topic known = known(queue);
        if (known == null) {
            return create(queue, null);
        }
        promise(known);
        return known;
    }

    /**
     * Returns the topic of a destination, and creates it where it is missing.
     *
     * @param by creator; null for the broker itself
     * @throws JMSException where there is none, and it must not be created
     */
    Topic topic(ActiveMQDestination destination, QuotaHolder by) throws JMSException {
        Topic known = known(destination);
        if (known != null) {
            if (known.isInternal()) {
                throw new InvalidDestinationException(destination + " is internal to the broker.");
            }
            return known;
        }
        if (destination.isTemporary()) {
            throw new InvalidDestinationException("The destination " + destination + " does not exist.");
        }
        if (!protocol.settings.autoCreate().getAsBoolean()) {
            throw new InvalidDestinationException("The destination " + destination + " does not exist, and destinations are"
                    + " not created by their first use (autoCreateTopicEnable). Create the topic "
                    + JmsNames.topic(destination)
                    + ".");
        }
        return create(destination, by);
    }

    Topic create(ActiveMQDestination destination, QuotaHolder by) throws JMSException {
        String name = JmsNames.topic(destination);
        int length = destination.getPhysicalName().getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > JmsNames.BYTES_MAX) {
            throw new InvalidDestinationException("The name of a destination has " + length + " bytes of UTF-8; it must"
                    + " have 1 to " + JmsNames.BYTES_MAX + ".");
        }
        if (SystemNames.isInternal(name)) {
            throw new InvalidDestinationException("The name of " + destination + " is reserved for the broker. Choose"
                    + " another name.");
        }
        if (!broker.hasRoomForTopic()) {
            throw new ResourceAllocationException("The maximum number of destinations (topics.max) is reached.");
        }
        if (!broker.creations().admitsTopic(by, 1)) {
            throw new ResourceAllocationException("One user or one address has created its maximum number of destinations"
                    + " (share.user and share.address of topics.max).");
        }
        longNames.admit(name);
        protocol.shard.turn();
        Topic topic = broker.createOrUpdate(name, TopicSettings.of(1));
        if (topic == null) {
            throw new ResourceAllocationException("The broker's disk is full: the destination was not created.");
        }
        broker.creations().made(topic, by);
        if (!destination.isTemporary()) {
            protocol.shard.audit().noteCreation(by, "destination " + destination.getQualifiedName() + " was created");
        }
        if (destination.isQueue()) {
            promise(topic);
        }
        return topic;
    }

    /**
     * Makes a queue keep every message until a consumer has received it, whichever client created its topic. Messages that
     * are there already belong to the first consumer too.
     */
    void promise(Topic topic) throws JMSException {
        Subscription keptBy = keeping.get(topic);
        if (keptBy != null && !keptBy.isDeleted() && knowsAll(keptBy, topic)) {
            return;
        }
        protocol.shard.turn();
        Subscription own = queueSubscription(topic);
        for (Partition partition : topic.partitions()) {
            if (!broker.settlements().begin(own, partition, 0)) {
                throw JmsExceptions.full(Admission.DISK_FULL);
            }
        }
        protocol.virtual.begin(JmsNames.destination(topic.name()), own);
        keeping.put(topic, own);
    }

    private static boolean knowsAll(Subscription own, Topic topic) {
        return topic.size() == 0 || own.cursor(topic.partition(topic.size() - 1)) >= 0;
    }

    /** Deletes a topic with its queue's subscription. */
    void delete(Topic topic) {
        protocol.shard.turn();
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        Subscription subscription = broker.subscription(JmsNames.queueSubscription(destination.getPhysicalName()));
        if (broker.delete(topic) && destination.isQueue() && subscription != null) {
            broker.delete(subscription);
        }
    }

    /** Returns the subscription that all consumers of a queue share; the first consumer gets all messages that are kept. */
    Subscription queueSubscription(Topic topic) throws JMSException {
        return subscription(JmsNames.queueSubscription(JmsNames.destination(topic.name()).getPhysicalName()));
    }

    /** Returns the subscription with a name, and creates it where it is missing. */
    Subscription subscription(String name) throws JMSException {
        Subscription known = broker.subscription(name);
        if (known != null) {
            if (!known.settings().consumeEnabled()) {
                throw new ResourceAllocationException("The consumer group " + name + " must not consume: its consumeEnable"
                        + " is off. Switch it on with updateSubGroup.");
            }
            if (!known.settings().settlesOneByOne()) {
                throw new ResourceAllocationException("The consumer group " + name + " is used by clients with offsets, so"
                        + " JMS clients cannot use it. Delete the group, or use another destination.");
            }
            return known;
        }
        if (!broker.hasRoomForSubscription()) {
            throw new ResourceAllocationException("The maximum number of subscriptions (groups.max) is reached.");
        }
        longNames.admit(name);
        protocol.shard.turn();
        Subscription created = broker.createOrUpdate(name, SETTLED);
        if (created == null) {
            throw new ResourceAllocationException("The broker's disk is full: the subscription was not created.");
        }
        return created;
    }

    /**
     * Returns a durable subscription to a topic, and creates it where it is missing. One whose topic or selector has
     * changed begins anew, as JMS demands.
     */
    Subscription durable(String name, ConsumerInfo info, boolean noLocal, ClientConnection client) throws JMSException {
        requireNameable(name);
        QuotaHolder by = client.session().holder();
        SubscriptionOrigin origin = new SubscriptionOrigin(client.user(), info.getDestination().getQualifiedName(),
                info.getSelector() == null ? "" : info.getSelector(), noLocal);
        Subscription known = broker.subscription(name);
        if (known != null && origin.equals(known.settings().origin())) {
            return known;
        }
        SubscriptionSettings wanted = SubscriptionSettings.settled(origin);
        protocol.shard.turn();
        if (known != null && !broker.delete(known)) {
            throw JmsExceptions.full(Admission.DISK_FULL);
        }
        if (known != null) {
            protocol.shard.audit().note(by, "durable subscription " + name + " was deleted, with what waited for it:"
                    + " it is made anew with another topic or selector");
        }
        if (!broker.hasRoomForSubscription()) {
            throw new ResourceAllocationException("The maximum number of subscriptions (groups.max) is reached.");
        }
        if (!broker.creations().admitsSubscription(by)) {
            throw new ResourceAllocationException("One user or one address has created its maximum number of durable"
                    + " subscriptions (share.user and share.address of groups.max).");
        }
        longNames.admit(name);
        Subscription created = broker.createOrUpdate(name, wanted);
        if (created == null) {
            throw JmsExceptions.full(Admission.DISK_FULL);
        }
        broker.creations().made(created, by);
        protocol.shard.audit().noteCreation(by, "durable subscription " + name + " was created");
        protocol.durablePatterns.note(created);
        return created;
    }

    private static void requireNameable(String subscription) throws JMSException {
        String problem = Bounds.problem(subscription);
        if (problem != null) {
            throw new InvalidClientIDException("The names of the client and of its durable subscription are too long"
                    + " together: "
                    + problem + " A character that is not a letter or digit takes three bytes. Choose shorter"
                    + " names.");
        }
    }

    /** Returns the owner of a durable subscription; empty where it was created without access control. */
    static String userOf(Subscription durable) {
        return durable.settings().origin() == null ? "" : durable.settings().origin().user();
    }

    // ---- patterns

    /**
     * Returns whether a destination stands for all that match it: a part of its name between dots is {@code *}, or the last
     * one is {@code >}. Elsewhere these are characters like others, as with ActiveMQ.
     */
    static boolean isPattern(ActiveMQDestination destination) {
        if (!destination.isPattern()) {
            return false;
        }
        List<String> parts = List.of(DestinationPath.getDestinationPaths(destination));
        return parts.contains(DestinationFilter.ANY_CHILD) || parts.getLast().equals(DestinationFilter.ANY_DESCENDENT);
    }

    /** Returns the parts of a composite destination, or the destination itself where it is a single one. */
    static List<ActiveMQDestination> parts(ActiveMQDestination destination) {
        return destination.isComposite() ? List.of(destination.getCompositeDestinations()) : List.of(destination);
    }

    /** Returns the topics that match a pattern now. */
    List<Topic> matching(ActiveMQDestination pattern) {
        List<Topic> found = new ArrayList<>();
        for (Topic topic : broker.topics()) {
            if (matches(pattern, topic)) {
                found.add(topic);
            }
        }
        return found;
    }

    private boolean matches(ActiveMQDestination pattern, Topic topic) {
        if (topic.isInternal() || protocol.gate.isInternal(topic.name()) || RepeatedDeliveries.isTopic(topic.name())) {
            return false;
        }
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        return destination.getDestinationType() == pattern.getDestinationType()
                && DestinationFilter.parseFilter(pattern).matches(destination);
    }

    // ---- coming and going

    /** Reports new topics that match a pattern to a watcher; returns the action that ends this. */
    Runnable watch(ActiveMQDestination pattern, Consumer<Topic> watcher) {
        Consumer<Topic> filtered = topic -> {
            if (matches(pattern, topic)) {
                watcher.accept(topic);
            }
        };
        watchers.add(filtered);
        return () -> watchers.remove(filtered);
    }

    /**
     * Reports a topic to a watcher when it is created under a name.
     *
     * @return action that ends this
     */
    Runnable watch(String name, Consumer<Topic> watcher) {
        watchersByName.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(watcher);
        return () -> watchersByName.computeIfPresent(name, (n, all) -> all.remove(watcher) && all.isEmpty() ? null : all);
    }

    @Override
    public void created(Topic topic) {
        if (topic.isDeleted() || topic.isInternal()) {
            return;
        }
        protocol.advisories.destination(JmsNames.destination(topic.name()), true);
        protocol.shard.turn();
        protocol.virtual.created(topic);
        protocol.durablePatterns.created(topic);
        List.copyOf(watchersByName.getOrDefault(topic.name(), Set.of())).forEach(watcher -> watcher.accept(topic));
        List.copyOf(watchers).forEach(watcher -> watcher.accept(topic));
    }

    @Override
    public void deleted(Topic topic) {
        keeping.remove(topic);
        protocol.virtual.deleted(topic);
        protocol.advisories.destination(JmsNames.destination(topic.name()), false);
    }
}
