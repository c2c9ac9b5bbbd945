package io.posthorse.protocol.openwire;

import io.posthorse.platform.Quota;
import jakarta.jms.ResourceAllocationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.DataStructure;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.RemoveInfo;

/**
 * The advisory messages for clients: connections, destinations, consumers and producers that come and go. Clients need the
 * advisories of temporary destinations, since they refuse to send to one that they do not know. Advisories are created
 * while a consumer listens, and are not stored; a new listener gets the present state first.
 */
final class Advisories {
    /** Maximum number of listeners to more than the temporary destinations, which every client listens to. */
    private static final int LISTENERS_MAX = 1_000;
    /** Ms between attempts to introduce a new listener whose connection is not writable. */
    private static final long SLOW_MS = 10;
    /** Ms between attempts to send later advisories to listeners whose connections are not writable. */
    private static final long BEHIND_MS = 100;
    /** Pending advisories that each user may have even where the total limit is reached. */
    private static final int FEW = 10;

    private final OpenwireProtocol protocol;
    /** Advisories of temporary destinations, for all who listen to them, as each client does. */
    private final TemporaryNews<AdvisoryListener, News> news;

    private final Set<AdvisoryListener> ofAll = new LinkedHashSet<>();
    private final Quota quota;
    private final Map<ActiveMQDestination, Integer> consumers = new HashMap<>();
    private final Map<ActiveMQDestination, Integer> producers = new HashMap<>();
    private final Set<ActiveMQDestination> temporary = new LinkedHashSet<>();
    private final String brokerId;
    private final ProducerId producer;
    private long number;

    /** User who created each temporary destination. */
    private final Map<ActiveMQDestination, String> creators = new HashMap<>();
    /** Number of advisories per user that some listener has not got yet. */
    private final Map<String, Integer> waiting = new HashMap<>();

    /** @param user creator of the temporary destination that the advisory is about */
    private record News(ActiveMQTopic topic, ActiveMQDestination about, ActiveMQMessage message, String user) {}

    Advisories(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.quota = new Quota(LISTENERS_MAX, protocol.settings.shares());
        this.news = new TemporaryNews<>(
                new AdvisorySender(), action -> protocol.timers.after(0, action),
                action -> protocol.timers.after(BEHIND_MS, action));
        this.brokerId = "ID:posthorse-" + Long.toString(protocol.clock.wallMs(), 36);
        this.producer = new ProducerId();
        producer.setConnectionId(brokerId);
        producer.setSessionId(-1);
        producer.setValue(1);
    }

    String brokerId() {
        return brokerId;
    }

    /** Returns a new message id of the broker's own. */
    MessageId nextId() {
        return new MessageId(producer, ++number);
    }

    ClientConsumer subscribe(ClientConnection client, ConsumerInfo info) throws ResourceAllocationException {
        AdvisoryListener listener = new AdvisoryListener(this, client, info);
        boolean isLimited = !listener.isOfTemporary();
        if (isLimited && !quota.take(client.session().holder())) {
            throw new ResourceAllocationException("Too many consumers listen to advisories. The limit for all clients is "
                    + LISTENERS_MAX + "; share.user and share.address limit one user and one address. Consumers that"
                    + " listen only to temporary destinations do not count.");
        }
        if (isLimited) {
            ofAll.add(listener);
        }
        if (listener.wants(AdvisorySupport.TEMP_QUEUE_ADVISORY_TOPIC)
                || listener.wants(AdvisorySupport.TEMP_TOPIC_ADVISORY_TOPIC)) {
            news.listen(listener);
        }
        client.session().afterTurn(() -> introduce(listener, introduction(listener)));
        return listener;
    }

    void forget(AdvisoryListener listener) {
        news.forget(listener);
        if (ofAll.remove(listener)) {
            quota.give(listener.client().session().holder());
        }
    }

    /** Sends the present state to a new listener, in parts. */
    private void introduce(AdvisoryListener to, Iterator<Runnable> left) {
        int sent = 0;
        while (left.hasNext() && sent++ < TemporaryNews.AT_ONCE && to.client().session().isWritable()) {
            left.next().run();
        }
        if (left.hasNext() && !to.isClosed()) {
            protocol.timers.after(to.client().session().isWritable() ? 0 : SLOW_MS, () -> introduce(to, left));
        }
    }

    private Iterator<Runnable> introduction(AdvisoryListener to) {
        List<AdvisoryListener> only = List.of(to);
        Stream<Runnable> all = List.copyOf(temporary).stream().map(destination -> () -> sendExisting(only, destination));
        if (to.isOfTemporary()) {
            return all.iterator(); // a client that connects need not cost a pass over the whole state
        }
        List<ClientConnection> clients = List.copyOf(protocol.clients.values());
        if (to.wants(AdvisorySupport.getConnectionAdvisoryTopic())) {
            all = Stream.concat(all, clients.stream().map(c -> () ->
                    tell(only, AdvisorySupport.getConnectionAdvisoryTopic(), null, c.info().copy())));
        }
        if (to.wants(AdvisorySupport.QUEUE_ADVISORY_TOPIC) || to.wants(AdvisorySupport.TOPIC_ADVISORY_TOPIC)) {
            all = Stream.concat(all, List.copyOf(protocol.broker.topics()).stream()
                    .filter(t -> !t.isInternal() && !t.isDeleted() && !JmsNames.isTemporary(t.name()))
                    .map(t -> () -> sendExisting(only, JmsNames.destination(t.name()))));
        }
        return Stream.concat(all, clients.stream().flatMap(c -> opened(only, c))).iterator();
    }

    private void sendExisting(List<AdvisoryListener> only, ActiveMQDestination destination) {
        tell(only, AdvisorySupport.getDestinationAdvisoryTopic(destination), destination, added(destination));
    }

    private Stream<Runnable> opened(List<AdvisoryListener> only, ClientConnection client) {
        Stream<Runnable> consumers = List.copyOf(client.consumers.values()).stream().map(ClientConsumer::info)
                .map(info -> () -> tell(only, topicOf(info), info.getDestination(), info));
        Stream<Runnable> producers = List.copyOf(client.producers.values()).stream().map(info -> () ->
                tell(only, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(), info));
        return Stream.concat(consumers, producers);
    }

    private static DestinationInfo added(ActiveMQDestination destination) {
        DestinationInfo info = new DestinationInfo();
        info.setOperationType(DestinationInfo.ADD_OPERATION_TYPE);
        info.setDestination(destination);
        if (destination instanceof org.apache.activemq.command.ActiveMQTempDestination temporary) {
            info.setConnectionId(new ConnectionId(temporary.getConnectionId()));
        }
        return info;
    }

    // ---- what happens

    private final class AdvisorySender implements TemporaryNews.Teller<AdvisoryListener, News> {
        @Override
        public boolean takes(AdvisoryListener listener) {
            return listener.client().session().isWritable();
        }

        @Override
        public void tell(AdvisoryListener listener, News one) {
            if (listener.wants(one.topic, one.about)) {
                listener.tell(one.message, true);
            }
        }

        @Override
        public void letGo(AdvisoryListener listener) {
            listener.client().session().end("The client does not read the advisories about temporary destinations, and"
                    + " other clients cannot create any more until it does.");
        }

        @Override
        public void heard(News one) {
            count(waiting, one.user, -1);
        }
    }

    void connection(ConnectionInfo info) {
        tell(ofAll, AdvisorySupport.getConnectionAdvisoryTopic(), null, info.copy());
    }

    void connectionGone(ConnectionInfo info) {
        tell(ofAll, AdvisorySupport.getConnectionAdvisoryTopic(), null, info.createRemoveCommand());
    }

    void destination(ActiveMQDestination destination, boolean exists) {
        DestinationInfo info = added(destination);
        info.setOperationType(exists ? DestinationInfo.ADD_OPERATION_TYPE : DestinationInfo.REMOVE_OPERATION_TYPE);
        ActiveMQTopic topic = AdvisorySupport.getDestinationAdvisoryTopic(destination);
        if (destination.isTemporary()) {
            temporary.remove(destination);
            if (exists) {
                temporary.add(destination);
            }
            String user = exists ? creators.getOrDefault(destination, "") : creators.remove(destination);
            News one = new News(topic, destination, message(topic, destination, info), user == null ? "" : user);
            count(waiting, one.user, 1);
            news.happened(one);
        } else {
            tell(ofAll, topic, destination, info);
        }
    }

    void consumer(ConsumerInfo info) {
        count(consumers, info.getDestination(), 1);
        tell(ofAll, topicOf(info), info.getDestination(), info);
    }

    void consumerGone(ConsumerInfo info) {
        count(consumers, info.getDestination(), -1);
        tell(ofAll, topicOf(info), info.getDestination(), info.createRemoveCommand());
    }

    void producer(ProducerInfo info) {
        count(producers, info.getDestination(), 1);
        tell(ofAll, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(), info);
    }

    void producerGone(ProducerInfo info) {
        count(producers, info.getDestination(), -1);
        tell(ofAll, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(),
                info.createRemoveCommand());
    }

    private static <K> void count(Map<K, Integer> counts, K of, int more) {
        if (of != null) {
            counts.merge(of, more, (before, by) -> before + by == 0 ? null : before + by);
        }
    }

    /**
     * Returns whether so many advisories of temporary destinations are pending that a user must not create more. A user
     * who created few of them does not wait for one who created many.
     */
    boolean areBehind(String user) {
        int own = waiting.getOrDefault(user, 0);
        boolean isFull = news.isFull() && (user.isEmpty() || own >= FEW);
        long part = protocol.settings.shares().ofUser(TemporaryNews.WAITING_MAX);
        boolean refused = isFull || !user.isEmpty() && own >= part;
        if (refused) {
            news.hurry();
        }
        return refused;
    }

    /** Notes the user who is about to create a temporary destination; null where the creation failed. */
    void making(ActiveMQDestination destination, String user) {
        if (user == null) {
            creators.remove(destination);
        } else {
            creators.put(destination, user);
        }
    }

    /** Sends a client all pending advisories before it is shown a temporary destination, so that it knows it by then. */
    void catchUp(ClientConnection client) {
        if (!news.isQuiet()) {
            client.consumers.values().forEach(consumer -> {
                if (consumer instanceof AdvisoryListener listener) {
                    news.catchUp(listener);
                }
            });
        }
    }

    /** Returns the topic of advisories about a consumer; null for a consumer of advisories, about which there are none. */
    private static ActiveMQTopic topicOf(ConsumerInfo info) {
        return AdvisorySupport.isAdvisoryTopic(info.getDestination())
                ? null
                : AdvisorySupport.getConsumerAdvisoryTopic(info.getDestination());
    }

    /**
     * Sends an advisory to the listeners that want it and may know of it.
     *
     * @param about destination that it is about; null where it is about a connection
     */
    private void tell(
            Collection<AdvisoryListener> to, ActiveMQTopic topic, ActiveMQDestination about, DataStructure what) {
        if (topic == null || to.isEmpty()) {
            return;
        }
        List<AdvisoryListener> wanting = new ArrayList<>();
        to.forEach(listener -> {
            if (listener.wants(topic, about)) {
                wanting.add(listener);
            }
        });
        if (!wanting.isEmpty()) {
            ActiveMQMessage message = message(topic, about, what);
            boolean always = about != null && about.isTemporary();
            wanting.forEach(listener -> listener.tell(message, always));
        }
    }

    private ActiveMQMessage message(ActiveMQTopic topic, ActiveMQDestination about, DataStructure what) {
        ActiveMQMessage message = new ActiveMQMessage();
        try {
            message.setProperty(AdvisorySupport.MSG_PROPERTY_ORIGIN_BROKER_ID, brokerId);
            message.setProperty(AdvisorySupport.MSG_PROPERTY_ORIGIN_BROKER_NAME, protocol.settings.brokerName());
            DataStructure subject = what instanceof RemoveInfo gone ? gone.getObjectId() : what;
            if (subject instanceof ConsumerInfo || subject instanceof ConsumerId) {
                message.setProperty(AdvisorySupport.MSG_PROPERTY_CONSUMER_COUNT, consumers.getOrDefault(about, 0));
            } else if (subject instanceof ProducerInfo || subject instanceof ProducerId) {
                message.setProperty("producerCount", about == null ? 0 : producers.getOrDefault(about, 0));
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e); // an empty message contains nothing that could fail to decode
        }
        message.setType(AdvisorySupport.ADIVSORY_MESSAGE_TYPE);
        message.setDataStructure(what);
        message.setDestination(topic);
        message.setProducerId(producer);
        message.setMessageId(nextId());
        message.setTimestamp(protocol.clock.wallMs());
        message.setPersistent(false);
        return message;
    }
}
