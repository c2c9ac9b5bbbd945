package io.posthorse.protocol.openwire;

import io.posthorse.auth.Account;
import io.posthorse.auth.Action;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.TransactionId;

/** What a client that has logged in has opened. */
final class ClientConnection {
    private final OpenwireProtocol protocol;
    private final OpenwireSession session;
    private final ConnectionInfo info;
    private final Account account;
    final Map<ConsumerId, Consumption> consumers = new LinkedHashMap<>();
    final Map<ProducerId, ProducerInfo> producers = new LinkedHashMap<>();
    final Map<TransactionId, Unit> transactions = new LinkedHashMap<>();
    final Set<ActiveMQDestination> temporary = new HashSet<>();
    private final Set<ProducerId> past = new HashSet<>();

    ClientConnection(OpenwireProtocol protocol, OpenwireSession session, ConnectionInfo info, Account account) {
        this.protocol = protocol;
        this.session = session;
        this.info = info;
        this.account = account;
    }

    OpenwireSession session() {
        return session;
    }

    ConnectionInfo info() {
        return info;
    }

    /** Refuses what the client's user may not do to a topic. */
    void check(String topic, Action action) {
        if (protocol.access.isOn()) {
            protocol.access.check(account, session.connection().remote().getAddress(), topic, action);
        }
    }

    /**
     * Whether the message may have been stored already: a client that comes again sends once more what it got no answer
     * for, in the order of the first time. So what follows a message that is new is new too.
     */
    boolean mayBeDuplicate(Message message) {
        return info.isFailoverReconnect() && message.isResponseRequired() && !past.contains(message.getProducerId());
    }

    /** That message was new. */
    void wasNew(Message message) {
        if (info.isFailoverReconnect() && past.size() < OpenwireSettings.PER_CONNECTION_MAX) {
            past.add(message.getProducerId());
        }
    }

    /** Ends everything that it has opened. */
    void end(long lastDelivered) {
        List.copyOf(transactions.values()).forEach(Unit::rollback);
        transactions.clear();
        for (Consumption consumer : new ArrayList<>(consumers.values())) {
            consumers.remove(consumer.info().getConsumerId());
            consumer.close(lastDelivered);
            protocol.advisories.consumerGone(this, consumer.info());
        }
        for (ProducerInfo producer : new ArrayList<>(producers.values())) {
            producers.remove(producer.getProducerId());
            protocol.advisories.producerGone(this, producer);
        }
        for (ActiveMQDestination destination : temporary) {
            var topic = protocol.destinations.known(destination);
            if (topic != null) {
                protocol.destinations.delete(topic);
            }
        }
        temporary.clear();
    }
}
