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

/** Destinations of JMS clients: topics of the broker, created on first use, with the subscription of a queue. */
final class JmsDestinations implements TopicListener {
    /** Settings of subscriptions whose messages are settled one by one; consumers with offsets cannot use them. */
    static final SubscriptionSettings SETTLED = SubscriptionSettings.settled(null);

    private static final int PART_OF_HEAP_FOR_NAMES = 16;

    private final OpenwireProtocol protocol;
    private final Broker broker;
    /** Queues' own subscriptions, as far as it was seen that they keep everything. */
    private final Map<Topic, Subscription> promises = new IdentityHashMap<>();

    private final LongNames longNames;
    private final Set<Consumer<Topic>> watchers = new LinkedHashSet<>();
    private final Map<String, Set<Consumer<Topic>>> watchersByName = new HashMap<>();

    JmsDestinations(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.longNames = new LongNames(broker, protocol.clock, Runtime.getRuntime().maxMemory() / PART_OF_HEAP_FOR_NAMES);
        broker.onTopics(this);
    }

    /** Deletes what connections of an earlier run left. */
    void dropTemporary() {
        List.copyOf(broker.topics()).stream().filter(t -> JmsNames.isTemporary(t.name())).forEach(this::delete);
    }

    /** The topic of a destination; null where there is none. */
    Topic known(ActiveMQDestination destination) throws JMSException {
        String name = JmsNames.topic(destination);
        if (!destination.isTemporary() && JmsNames.isTemporary(name)) {
            throw new InvalidDestinationException("Names like " + destination + " are those of temporary destinations.");
        }
        return broker.topic(name);
    }

    /** The queue for dead letters, which is created whether destinations are created by their first use or not. */
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
     * The topic of a destination, created where it is missing.
     *
     * @param by for whom; null where it is for the broker itself
     * @throws JMSException where there is none, and may not be one
     */
    Topic topic(ActiveMQDestination destination, QuotaHolder by) throws JMSException {
        Topic known = known(destination);
        if (known != null) {
            if (known.isInternal()) {
                throw new InvalidDestinationException(destination + " is the broker's own.");
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
            throw new InvalidDestinationException("The name of a destination has " + length + " bytes of UTF-8; 1 to "
                    + JmsNames.BYTES_MAX + " are possible.");
        }
        if (SystemNames.isInternal(name)) {
            throw new InvalidDestinationException("Names like " + destination + " are the broker's own: nobody else makes"
                    + " such a destination.");
        }
        if (!broker.hasRoomForTopic()) {
            throw new ResourceAllocationException("There are as many destinations as topics.max allows.");
        }
        if (!broker.creations().admitsTopic(by, 1)) {
            throw new ResourceAllocationException("One user or one address has made as many destinations as it may: the"
                    + " parts share.user and share.address of topics.max.");
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
     * Has everything in a queue kept until somebody has received it, whoever made its topic. What is there already belongs
     * to the first consumer too.
     */
    void promise(Topic topic) throws JMSException {
        Subscription promised = promises.get(topic);
        if (promised != null && !promised.isDeleted() && knowsAll(promised, topic)) {
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
        promises.put(topic, own);
    }

    private static boolean knowsAll(Subscription own, Topic topic) {
        return topic.size() == 0 || own.cursor(topic.partition(topic.size() - 1)) >= 0;
    }

    /** Deletes a topic with its subscription. */
    void delete(Topic topic) {
        protocol.shard.turn();
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        Subscription shared = broker.subscription(JmsNames.queueSubscription(destination.getPhysicalName()));
        if (broker.delete(topic) && destination.isQueue() && shared != null) {
            broker.delete(shared);
        }
    }

    /** The subscription that all consumers of a queue share. Everything that is kept belongs to the first one. */
    Subscription queueSubscription(Topic topic) throws JMSException {
        return subscription(JmsNames.queueSubscription(JmsNames.destination(topic.name()).getPhysicalName()));
    }

    /** A subscription of that name, created where it is missing. */
    Subscription subscription(String name) throws JMSException {
        Subscription known = broker.subscription(name);
        if (known != null) {
            if (!known.settings().consumeEnabled()) {
                throw new ResourceAllocationException("The consumer group " + name + " may not consume: its consumeEnable is"
                        + " off. Switch it on with updateSubGroup.");
            }
            if (!known.settings().settlesOneByOne()) {
                throw new ResourceAllocationException("The consumer group " + name + " is used by clients with offsets, and"
                        + " is not for JMS. Delete the group, or use another destination.");
            }
            return known;
        }
        if (!broker.hasRoomForSubscription()) {
            throw new ResourceAllocationException("There are as many subscriptions as groups.max allows.");
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
     * A durable subscription to a topic, created where it is missing. One whose topic or selector is another one now begins
     * anew, as JMS asks for.
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
        if (!broker.hasRoomForSubscription()) {
            throw new ResourceAllocationException("There are as many subscriptions as groups.max allows.");
        }
        if (!broker.creations().admitsSubscription(by)) {
            throw new ResourceAllocationException("One user or one address has made as many durable subscriptions as it may:"
                    + " the parts share.user and share.address of groups.max.");
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
                    + problem + " Dots and other characters that are not letters or digits take three. Choose shorter"
                    + " ones.");
        }
    }

    /** Whose durable subscription it is; empty where it was made without users. */
    static String userOf(Subscription durable) {
        return durable.settings().origin() == null ? "" : durable.settings().origin().user();
    }

    // ---- patterns

    static boolean isPattern(ActiveMQDestination destination) {
        return destination.isPattern();
    }

    /** The parts of a composite destination, or the one that it is. */
    static List<ActiveMQDestination> parts(ActiveMQDestination destination) {
        return destination.isComposite() ? List.of(destination.getCompositeDestinations()) : List.of(destination);
    }

    /** Topics that a pattern fits now. */
    List<Topic> matching(ActiveMQDestination pattern) {
        List<Topic> found = new ArrayList<>();
        for (Topic topic : broker.topics()) {
            if (fits(pattern, topic)) {
                found.add(topic);
            }
        }
        return found;
    }

    private boolean fits(ActiveMQDestination pattern, Topic topic) {
        if (topic.isInternal() || protocol.gate.isInternal(topic.name()) || RepeatedDeliveries.isTopic(topic.name())) {
            return false;
        }
        ActiveMQDestination destination = JmsNames.destination(topic.name());
        return destination.getDestinationType() == pattern.getDestinationType()
                && DestinationFilter.parseFilter(pattern).matches(destination);
    }

    // ---- coming and going

    /** Has new topics that a pattern fits told. */
    Runnable watch(ActiveMQDestination pattern, Consumer<Topic> watcher) {
        Consumer<Topic> choosing = topic -> {
            if (fits(pattern, topic)) {
                watcher.accept(topic);
            }
        };
        watchers.add(choosing);
        return () -> watchers.remove(choosing);
    }

    /**
     * Has a topic told that comes again under a name.
     *
     * @return what ends that
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
        promises.remove(topic);
        protocol.virtual.deleted(topic);
        protocol.advisories.destination(JmsNames.destination(topic.name()), false);
    }
}
