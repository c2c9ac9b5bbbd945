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

/** The state of a client that has logged in: everything that it has opened. */
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
    private boolean mayRepeat;

    ClientConnection(OpenwireProtocol protocol, OpenwireSession session, ConnectionInfo info, ConnectionAccess access) {
        this.protocol = protocol;
        this.session = session;
        this.info = info;
        this.access = access;
        this.opened = new OpenResources(protocol.places, session.connection().holder());
        this.mayRepeat = info.isFailoverReconnect();
    }

    OpenwireSession session() {
        return session;
    }

    ConnectionInfo info() {
        return info;
    }

    /** Returns whether this is the connection with that id, of the same user. */
    boolean isOf(ConnectionAccess other, ConnectionId id) {
        return info.getConnectionId().equals(id) && user().equals(other.user());
    }

    /** Requires a temporary destination of this connection: no other may read or delete it. No pattern matches one. */
    void requireOwn(ActiveMQDestination temporary) throws InvalidDestinationException {
        String owner = ((ActiveMQTempDestination) temporary).getConnectionId();
        if (!info.getConnectionId().getValue().equals(owner) || JmsDestinations.isPattern(temporary)) {
            throw new InvalidDestinationException(
                    "The temporary destination " + temporary + " belongs to another connection.");
        }
    }

    /** Returns the name of the client's user; empty where access control is off. */
    String user() {
        return access.user();
    }

    /** Returns the client's permissions. */
    ConnectionAccess access() {
        return access;
    }

    /**
     * Returns whether the client may learn of a destination: it may where it has any permission on it.
     *
     * @param destination null for advisories about connections
     */
    boolean mayKnow(ActiveMQDestination destination) {
        if (destination == null) {
            return access.mayKnowAll();
        }
        return !access.isOn() || JmsDestinations.parts(destination).stream()
                .allMatch(part -> part.isTemporary() || access.mayKnow(JmsNames.topic(part)));
    }

    /** Closes the connection where the client may no longer read what it consumes, after users or rules have changed. */
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
                    ActiveMQTopic source = VirtualTopics.topicOf(part);
                    if (source != null && !JmsDestinations.isPattern(source)) {
                        access.requireRead(JmsNames.topic(source));
                    } else if (source != null) {
                        protocol.destinations.matching(source).forEach(topic -> access.requireRead(topic.name()));
                    }
                }
            }
        } catch (SecurityException e) {
            session.end(e.getMessage());
        }
    }

    /**
     * Returns whether the next message may have been stored already: a client that reconnects repeats the messages that
     * were not acknowledged, in their original order. So all messages behind a new one are new too.
     */
    boolean mayRepeat() {
        return mayRepeat;
    }

    /** Notes that a message was new, and therefore all that follow. */
    void repeatsNoMore() {
        mayRepeat = false;
    }

    /** Closes everything that the client has opened. */
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
