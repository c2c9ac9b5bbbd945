package io.posthorse.protocol.openwire;

import jakarta.jms.InvalidDestinationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQTempDestination;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.TransactionId;

/** What a client that has logged in has opened. */
final class ClientConnection {
    private final OpenwireProtocol protocol;
    private final OpenwireSession session;
    private final ConnectionInfo info;
    private final ConnectionAccess access;
    final Map<ConsumerId, ClientConsumer> consumers = new LinkedHashMap<>();
    final Map<ProducerId, ProducerInfo> producers = new LinkedHashMap<>();
    final Map<TransactionId, OpenTransaction> transactions = new LinkedHashMap<>();
    final Set<ActiveMQDestination> temporary = new HashSet<>();
    final OpenResources opened;
    private boolean repeats;

    ClientConnection(OpenwireProtocol protocol, OpenwireSession session, ConnectionInfo info, ConnectionAccess access) {
        this.protocol = protocol;
        this.session = session;
        this.info = info;
        this.access = access;
        this.opened = new OpenResources(protocol.places, session.connection().holder());
        this.repeats = info.isFailoverReconnect();
    }

    OpenwireSession session() {
        return session;
    }

    ConnectionInfo info() {
        return info;
    }

    /** Whether this is the connection of that id, and of the same user. */
    boolean isOf(ConnectionAccess other, ConnectionId id) {
        return info.getConnectionId().equals(id) && user().equals(other.user());
    }

    /** Only the connection that made a temporary destination reads it, or deletes it; patterns fit none. */
    void requireOwn(ActiveMQDestination temporary) throws InvalidDestinationException {
        String owner = ((ActiveMQTempDestination) temporary).getConnectionId();
        if (!info.getConnectionId().getValue().equals(owner) || JmsDestinations.isPattern(temporary)) {
            throw new InvalidDestinationException(
                    "The temporary destination " + temporary + " belongs to another connection.");
        }
    }

    /** Name of the client's user; empty where there are no users. */
    String user() {
        return access.user();
    }

    /** What the client may do. */
    ConnectionAccess access() {
        return access;
    }

    /**
     * Whether the client may be told of a destination: nobody is told of those that he may do nothing with.
     *
     * @param destination null for what is about connections
     */
    boolean mayKnow(ActiveMQDestination destination) {
        if (destination == null) {
            return access.mayKnowAll();
        }
        return !access.isOn() || JmsDestinations.parts(destination).stream()
                .allMatch(part -> part.isTemporary() || access.mayKnow(JmsNames.topic(part)));
    }

    /** Users or rules have changed. */
    void checkAgain() {
        try {
            for (ClientConsumer consumer : consumers.values()) {
                if (consumer.info().isDurable()) {
                    access.requireJoin(JmsNames.durableSubscription(
                            info.getClientId(), consumer.info().getSubscriptionName()));
                }
                for (ActiveMQDestination part : JmsDestinations.parts(consumer.info().getDestination())) {
                    if (JmsDestinations.isPattern(part)) {
                        protocol.destinations.matching(part).forEach(topic -> access.requireRead(topic.name()));
                    } else if (!part.isTemporary() && !AdvisorySupport.isAdvisoryTopic(part)) {
                        access.requireRead(JmsNames.topic(part));
                    }
                    ActiveMQTopic sentTo = VirtualTopics.topicOf(part);
                    if (sentTo != null && !JmsDestinations.isPattern(sentTo)) {
                        access.requireRead(JmsNames.topic(sentTo));
                    } else if (sentTo != null) {
                        protocol.destinations.matching(sentTo).forEach(topic -> access.requireRead(topic.name()));
                    }
                }
            }
        } catch (SecurityException e) {
            session.end(e.getMessage());
        }
    }

    /**
     * Whether the message may have been stored already: a client that comes again sends once more what it got no answer
     * for, in the order of the first time. So what follows a message that is new is new too.
     */
    boolean mayRepeat() {
        return repeats;
    }

    /** A message was new, so all that follow are. */
    void repeatsNoMore() {
        repeats = false;
    }

    /** Ends everything that it has opened. */
    void end(long lastDelivered) {
        List.copyOf(transactions.values()).forEach(unit -> {
            protocol.xa.ended(this, unit);
            unit.rollback();
        });
        transactions.clear();
        for (ClientConsumer consumer : new ArrayList<>(consumers.values())) {
            consumers.remove(consumer.info().getConsumerId());
            consumer.close(lastDelivered);
            protocol.advisories.consumerGone(consumer.info());
        }
        for (ProducerInfo producer : new ArrayList<>(producers.values())) {
            producers.remove(producer.getProducerId());
            protocol.advisories.producerGone(producer);
        }
        for (ActiveMQDestination destination : temporary) {
            var topic = protocol.broker.topic(JmsNames.topic(destination));
            if (topic != null) {
                protocol.destinations.delete(topic);
            }
        }
        temporary.clear();
        opened.end();
    }
}
