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
 * Tells clients what happens: connections, destinations, consumers and producers come and go. Clients need to hear of
 * temporary destinations, since they refuse to send to one that they have not heard of. Advisories are made when somebody
 * listens, and not stored; who comes later is told what there is now.
 */
final class Advisories {
    /** Those who listen to more than each client does. */
    private static final int LISTENERS_MAX = 1_000;
    /** When one who does not take what he is told at first is told more. */
    private static final long SLOW_MS = 10;
    /** The same of what happens later. */
    private static final long BEHIND_MS = 100;
    /** A user's news that may wait although there are as many as may in all. */
    private static final int FEW = 10;

    private final OpenwireProtocol protocol;
    /** For all who hear of temporary destinations, as each client does. */
    private final TemporaryNews<AdvisoryListener, News> news;

    private final Set<AdvisoryListener> ofAll = new LinkedHashSet<>();
    private final Quota places;
    private final Map<ActiveMQDestination, Integer> consumers = new HashMap<>();
    private final Map<ActiveMQDestination, Integer> producers = new HashMap<>();
    private final Set<ActiveMQDestination> temporary = new LinkedHashSet<>();
    private final String brokerId;
    private final ProducerId producer;
    private long number;

    /** Who made temporary destinations. */
    private final Map<ActiveMQDestination, String> makers = new HashMap<>();
    /** How much of what all have not heard yet is whose. */
    private final Map<String, Integer> waiting = new HashMap<>();

    /** @param user whose temporary destination it is about */
    private record News(ActiveMQTopic topic, ActiveMQDestination about, ActiveMQMessage message, String user) {}

    Advisories(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.places = new Quota(LISTENERS_MAX, protocol.settings.shares());
        this.news = new TemporaryNews<>(
                new Telling(), action -> protocol.timers.after(0, action),
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

    /** A message id of the broker's own. */
    MessageId nextId() {
        return new MessageId(producer, ++number);
    }

    ClientConsumer subscribe(ClientConnection client, ConsumerInfo info) throws ResourceAllocationException {
        AdvisoryListener listener = new AdvisoryListener(this, client, info);
        boolean isOfMore = !listener.isOfTemporary();
        if (isOfMore && !places.take(client.session().holder())) {
            throw new ResourceAllocationException("As many consumers listen to advisories as may: " + LISTENERS_MAX
                    + " of all clients, of which one user and one address have share.user and share.address. Those that"
                    + " hear of temporary destinations alone do not count.");
        }
        if (isOfMore) {
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
            places.give(listener.client().session().holder());
        }
    }

    /** Tells a new one what there is, in parts. */
    private void introduce(AdvisoryListener to, Iterator<Runnable> left) {
        int told = 0;
        while (left.hasNext() && told++ < TemporaryNews.AT_ONCE && to.client().session().isWritable()) {
            left.next().run();
        }
        if (left.hasNext() && !to.isClosed()) {
            protocol.timers.after(to.client().session().isWritable() ? 0 : SLOW_MS, () -> introduce(to, left));
        }
    }

    private Iterator<Runnable> introduction(AdvisoryListener to) {
        List<AdvisoryListener> only = List.of(to);
        Stream<Runnable> all = List.copyOf(temporary).stream().map(destination -> () -> told(only, destination));
        if (to.isOfTemporary()) {
            return all.iterator(); // no look at all that the broker has for each client that comes
        }
        List<ClientConnection> clients = List.copyOf(protocol.clients.values());
        if (to.wants(AdvisorySupport.getConnectionAdvisoryTopic())) {
            all = Stream.concat(all, clients.stream().map(c -> () ->
                    tell(only, AdvisorySupport.getConnectionAdvisoryTopic(), null, c.info().copy())));
        }
        if (to.wants(AdvisorySupport.QUEUE_ADVISORY_TOPIC) || to.wants(AdvisorySupport.TOPIC_ADVISORY_TOPIC)) {
            all = Stream.concat(all, List.copyOf(protocol.broker.topics()).stream()
                    .filter(t -> !t.isInternal() && !t.isDeleted() && !JmsNames.isTemporary(t.name()))
                    .map(t -> () -> told(only, JmsNames.destination(t.name()))));
        }
        return Stream.concat(all, clients.stream().flatMap(c -> opened(only, c))).iterator();
    }

    private void told(List<AdvisoryListener> only, ActiveMQDestination destination) {
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

    private final class Telling implements TemporaryNews.Teller<AdvisoryListener, News> {
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
            listener.client().session().end("It does not take what it is told of temporary destinations, and "
                    + "others cannot make any more until it has.");
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
            String user = exists ? makers.getOrDefault(destination, "") : makers.remove(destination);
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
     * Whether so many have not heard yet of the last temporary destinations that a user had better make no more. Who has
     * made few of them does not wait for who has made many.
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

    /** A temporary destination is about to be made; null where it was not made after all. */
    void making(ActiveMQDestination destination, String user) {
        if (user == null) {
            makers.remove(destination);
        } else {
            makers.put(destination, user);
        }
    }

    /** A client is about to be shown a temporary destination: it has heard of it by then. */
    void catchUp(ClientConnection client) {
        if (!news.isQuiet()) {
            client.consumers.values().forEach(consumer -> {
                if (consumer instanceof AdvisoryListener listener) {
                    news.catchUp(listener);
                }
            });
        }
    }

    /** Null for advisories about advisories, which there are none. */
    private static ActiveMQTopic topicOf(ConsumerInfo info) {
        return AdvisorySupport.isAdvisoryTopic(info.getDestination())
                ? null
                : AdvisorySupport.getConsumerAdvisoryTopic(info.getDestination());
    }

    /**
     * Tells those who want to hear it and may.
     *
     * @param about the destination it is about; null where it is about a connection
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
            DataStructure who = what instanceof RemoveInfo gone ? gone.getObjectId() : what;
            if (who instanceof ConsumerInfo || who instanceof ConsumerId) {
                message.setProperty(AdvisorySupport.MSG_PROPERTY_CONSUMER_COUNT, consumers.getOrDefault(about, 0));
            } else if (who instanceof ProducerInfo || who instanceof ProducerId) {
                message.setProperty("producerCount", about == null ? 0 : producers.getOrDefault(about, 0));
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e); // an empty message has nothing that cannot be read
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
