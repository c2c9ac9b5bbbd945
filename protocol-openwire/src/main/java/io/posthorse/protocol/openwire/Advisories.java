package io.posthorse.protocol.openwire;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.RemoveInfo;
import org.apache.activemq.filter.DestinationFilter;

/**
 * Tells clients what happens: connections, destinations, consumers and producers come and go. Clients need to hear of
 * temporary destinations, since they refuse to send to one that they have not heard of. Advisories are made when somebody
 * listens, and not stored; who comes later is told what there is now.
 */
final class Advisories {
    private final OpenwireProtocol protocol;
    /** Those who hear of temporary destinations and of nothing else, as each client does. */
    private final Set<Listener> ofTemporary = new LinkedHashSet<>();

    private final Set<Listener> ofAll = new LinkedHashSet<>();
    private final Set<ActiveMQDestination> temporary = new LinkedHashSet<>();
    private final String brokerId;
    private final ProducerId producer;
    private long number;

    Advisories(OpenwireProtocol protocol) {
        this.protocol = protocol;
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

    /** A consumer of advisories. What it does not take in time it does not get. */
    private final class Listener implements Consumption {
        private final ClientConnection client;
        private final ConsumerInfo info;
        private final DestinationFilter filter;

        Listener(ClientConnection client, ConsumerInfo info) {
            this.client = client;
            this.info = info;
            this.filter = DestinationFilter.parseFilter(info.getDestination());
        }

        /** Whether it hears of temporary destinations and of nothing else. */
        boolean isOfTemporary() {
            return Destinations.parts(info.getDestination()).stream().allMatch(part ->
                    part.equals(AdvisorySupport.TEMP_QUEUE_ADVISORY_TOPIC)
                            || part.equals(AdvisorySupport.TEMP_TOPIC_ADVISORY_TOPIC));
        }

        /** Whether it is to hear of destinations of that kind. */
        boolean wants(ActiveMQTopic kind) {
            return filter.matches(kind);
        }

        @Override
        public ConsumerInfo info() {
            return info;
        }

        boolean wants(ActiveMQTopic topic, ActiveMQDestination about) {
            return filter.matches(topic) && client.mayKnow(about);
        }

        /** @param always also where the client is slow: without it, it would not answer to a temporary destination */
        void tell(ActiveMQMessage message, boolean always) {
            if (always || client.session().isWritable()) {
                MessageDispatch dispatch = new MessageDispatch();
                dispatch.setConsumerId(info.getConsumerId());
                dispatch.setDestination(message.getDestination());
                dispatch.setMessage(message);
                client.session().send(dispatch);
                client.session().flush();
            }
        }

        @Override
        public void acknowledge(MessageAck ack, Unit unit) {
            // they are gone once they are sent
        }

        @Override
        public void close(long lastDelivered) {
            ofTemporary.remove(this);
            ofAll.remove(this);
        }
    }

    Consumption subscribe(ClientConnection client, ConsumerInfo info) {
        Listener listener = new Listener(client, info);
        client.session().afterTurn(() -> tellAll(listener));
        (listener.isOfTemporary() ? ofTemporary : ofAll).add(listener);
        return listener;
    }

    /** Tells a new one what there is. */
    private void tellAll(Listener to) {
        List<Listener> only = List.of(to);
        List.copyOf(temporary).forEach(destination ->
                tell(only, AdvisorySupport.getDestinationAdvisoryTopic(destination), destination, added(destination)));
        if (to.isOfTemporary()) {
            return; // no look at all that the broker has for each client that comes
        }
        protocol.clients.values().forEach(c ->
                tell(only, AdvisorySupport.getConnectionAdvisoryTopic(), null, c.info().copy()));
        boolean all = to.wants(AdvisorySupport.QUEUE_ADVISORY_TOPIC) || to.wants(AdvisorySupport.TOPIC_ADVISORY_TOPIC);
        protocol.broker.topics().stream().filter(t -> all && !t.isInternal() && !Names.isTemporary(t.name())).forEach(t -> {
            ActiveMQDestination destination = Names.destination(t.name());
            tell(only, AdvisorySupport.getDestinationAdvisoryTopic(destination), destination, added(destination));
        });
        for (ClientConnection client : List.copyOf(protocol.clients.values())) {
            for (Consumption consumer : client.consumers.values()) {
                ConsumerInfo info = consumer.info();
                tell(only, topicOf(info), info.getDestination(), info);
            }
            for (ProducerInfo info : client.producers.values()) {
                tell(only, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(), info);
            }
        }
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
            tell(ofTemporary, topic, destination, info);
        }
        tell(ofAll, topic, destination, info);
    }

    void consumer(ClientConnection client, ConsumerInfo info) {
        tell(ofAll, topicOf(info), info.getDestination(), info);
    }

    void consumerGone(ClientConnection client, ConsumerInfo info) {
        tell(ofAll, topicOf(info), info.getDestination(), info.createRemoveCommand());
    }

    void producer(ClientConnection client, ProducerInfo info) {
        tell(ofAll, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(), info);
    }

    void producerGone(ClientConnection client, ProducerInfo info) {
        tell(ofAll, AdvisorySupport.getProducerAdvisoryTopic(info.getDestination()), info.getDestination(),
                info.createRemoveCommand());
    }

    /** Null for advisories about advisories, which there are none. */
    private static ActiveMQTopic topicOf(ConsumerInfo info) {
        return AdvisorySupport.isAdvisoryTopic(info.getDestination())
                ? null
                : AdvisorySupport.getConsumerAdvisoryTopic(info.getDestination());
    }

    private long consumers(ActiveMQDestination of) {
        return protocol.clients.values().stream().flatMap(c -> c.consumers.values().stream())
                .filter(c -> c.info().getDestination().equals(of)).count();
    }

    private long producers(ActiveMQDestination of) {
        return protocol.clients.values().stream().flatMap(c -> c.producers.values().stream())
                .filter(p -> of != null && of.equals(p.getDestination())).count();
    }

    /**
     * Tells those who want to hear it and may.
     *
     * @param about the destination it is about; null where it is about a connection
     */
    private void tell(
            Iterable<Listener> to, ActiveMQTopic topic, ActiveMQDestination about, DataStructure what) {
        if (topic == null) {
            return;
        }
        List<Listener> wanting = new ArrayList<>();
        to.forEach(listener -> {
            if (listener.wants(topic, about)) {
                wanting.add(listener);
            }
        });
        if (wanting.isEmpty()) {
            return;
        }
        ActiveMQMessage message = new ActiveMQMessage();
        try {
            message.setProperty(AdvisorySupport.MSG_PROPERTY_ORIGIN_BROKER_ID, brokerId);
            message.setProperty(AdvisorySupport.MSG_PROPERTY_ORIGIN_BROKER_NAME, protocol.settings.brokerName());
            DataStructure who = what instanceof RemoveInfo gone ? gone.getObjectId() : what;
            if (who instanceof ConsumerInfo || who instanceof ConsumerId) {
                message.setProperty(AdvisorySupport.MSG_PROPERTY_CONSUMER_COUNT, (int) consumers(about));
            } else if (who instanceof ProducerInfo || who instanceof ProducerId) {
                message.setProperty("producerCount", (int) producers(about));
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
        boolean always = about != null && about.isTemporary();
        wanting.forEach(listener -> listener.tell(message, always));
    }
}
