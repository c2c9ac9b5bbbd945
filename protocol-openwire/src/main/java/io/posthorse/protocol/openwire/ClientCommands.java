package io.posthorse.protocol.openwire;

import io.posthorse.broker.NotResidentException;
import io.posthorse.broker.Topic;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionControl;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.ConsumerControl;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.ControlCommand;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.FlushCommand;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessagePull;
import org.apache.activemq.command.ProducerAck;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.RemoveInfo;
import org.apache.activemq.command.RemoveSubscriptionInfo;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.SessionId;
import org.apache.activemq.command.SessionInfo;
import org.apache.activemq.command.ShutdownInfo;
import org.apache.activemq.command.TransactionInfo;
import org.apache.activemq.state.CommandVisitorAdapter;

/** The commands of one connection. Before the login, only the login itself is accepted. */
final class ClientCommands extends CommandVisitorAdapter {
    private final OpenwireProtocol protocol;
    private final OpenwireSession session;
    private ClientConnection client;
    private ConsumerOpening consumerOpening;
    private ClientTransactions transactions;
    private long decisionsBefore;
    private boolean ended;
    /** Whether the peer is a broker that was refused before; its commands have no effect. */
    private boolean isOtherBroker;

    ClientCommands(OpenwireProtocol protocol, OpenwireSession session) {
        this.protocol = protocol;
        this.session = session;
    }

    boolean isLoggedIn() {
        return client != null;
    }

    /** Runs a command; returns null for an answer without content. */
    Response run(Command command) throws Exception {
        if (client == null && !isOtherBroker && !isForStrangers(command)) {
            throw new SecurityException("The connection has not logged in.");
        }
        if (ended && !(command instanceof ShutdownInfo)) {
            throw new IllegalStateException("The connection was closed.");
        }
        decisionsBefore = protocol.broker.decisions();
        return isOtherBroker && !(command instanceof ShutdownInfo) ? ofOtherBroker(command) : command.visit(this);
    }

    /**
     * Returns whether a command is allowed before the login. Reconnecting clients announce themselves first; that has no
     * effect.
     */
    private static boolean isForStrangers(Command command) {
        return command instanceof ConnectionInfo || command instanceof ShutdownInfo || command instanceof ConnectionControl
                || command instanceof BrokerInfo;
    }

    /** Marks the transaction of a message that was refused unread: it can only be rolled back. */
    void refusedUnread(UnreadMessage message, String why) {
        if (!message.isResponseRequired()) {
            transactions.refusedUnread(message, why);
        }
    }

    /**
     * Returns whether the last command wrote or depends on uncommitted records, so that its answer waits for their commit.
     */
    boolean tookCommit() {
        return protocol.broker.decisions() != decisionsBefore;
    }

    /** Runs an action for each consumer of the client. */
    void each(Consumer<ClientConsumer> action) {
        if (client != null) {
            List.copyOf(client.consumers.values()).forEach(action);
        }
    }

    // ---- connections, sessions, producers

    @Override
    public Response processAddConnection(ConnectionInfo info) throws JMSException {
        if (client != null) {
            throw new IllegalStateException("The connection has logged in already.");
        }
        if (info.getConnectionId() == null || info.getClientId() == null || info.getClientId().isEmpty()) {
            throw new InvalidClientIDException("No clientID specified for connection request");
        }
        ConnectionAccess access =
                ConnectionAccess.login(protocol.gate, info.getUserName(), info.getPassword(), session.connection());
        info.setPassword(null);
        ClientConnection before = protocol.clients.get(info.getClientId());
        if (before != null) {
            if (!info.isFailoverReconnect() || !before.isOf(access, info.getConnectionId())) {
                throw new InvalidClientIDException("Broker: " + protocol.settings.brokerName() + " - Client: "
                        + info.getClientId() + " already connected from " + before.session().connection().remote());
            }
            before.session().close(); // the client knows better than the broker that this connection is lost
            protocol.remove(before);
            before.end(RemoveInfo.LAST_DELIVERED_UNKNOWN);
        }
        if (protocol.connectionIds.contains(info.getConnectionId())) {
            throw new InvalidClientIDException("The connection id " + info.getConnectionId()
                    + " belongs to another client.");
        }
        requireConnectionShare(access);
        client = new ClientConnection(protocol, session, info, access);
        consumerOpening = new ConsumerOpening(protocol, client);
        transactions = new ClientTransactions(protocol, client);
        protocol.add(client);
        protocol.advisories.connection(info);
        if (info.isFailoverReconnect()) {
            decisionsBefore = -1; // the client repeats what the last connection wrote: that must be visible by then
        }
        return null;
    }

    @Override
    public Response processRemoveConnection(ConnectionId id, long lastDelivered) {
        end(lastDelivered);
        return null;
    }

    /** Handles a connection that was lost without a command. */
    void connectionLost() {
        if (protocol.isStopping()) {
            return;
        }
        end(RemoveInfo.LAST_DELIVERED_UNKNOWN);
    }

    private void end(long lastDelivered) {
        ended = client != null;
        if (client != null && protocol.remove(client)) {
            protocol.shard.turn();
            client.end(lastDelivered);
            protocol.advisories.connectionGone(client.info());
        }
    }

    @Override
    public Response processShutdown(ShutdownInfo info) {
        end(RemoveInfo.LAST_DELIVERED_UNKNOWN);
        session.close();
        return null;
    }

    @Override
    public Response processAddSession(SessionInfo info) {
        return null; // sessions exist only as parts of the ids of their consumers and producers
    }

    @Override
    public Response processRemoveSession(SessionId id, long lastDelivered) throws JMSException {
        for (ConsumerId consumer : List.copyOf(client.consumers.keySet())) {
            if (consumer.getParentId().equals(id)) {
                processRemoveConsumer(consumer, lastDelivered);
            }
        }
        for (ProducerId producer : List.copyOf(client.producers.keySet())) {
            if (producer.getParentId().equals(id)) {
                processRemoveProducer(producer);
            }
        }
        return null;
    }

    @Override
    public Response processAddProducer(ProducerInfo info) throws JMSException {
        requireRoom(client.producers, "producers");
        if (client.producers.containsKey(info.getProducerId())) {
            return null;
        }
        if (info.getDestination() != null) {
            for (ActiveMQDestination part : JmsDestinations.parts(info.getDestination())) {
                announce(part);
            }
        }
        client.opened.take(null);
        client.producers.put(info.getProducerId(), info);
        protocol.advisories.producer(info);
        return null;
    }

    /** Creates the destination of a new producer, which must be allowed to send to it. */
    private void announce(ActiveMQDestination part) throws JMSException {
        if (JmsDestinations.isPattern(part) || part.isTemporary()
                || org.apache.activemq.advisory.AdvisorySupport.isAdvisoryTopic(part)) {
            return;
        }
        client.access().requireSend(JmsNames.topic(part));
        if (protocol.destinations.known(part) == null && protocol.settings.autoCreate().getAsBoolean()) {
            protocol.destinations.create(part, client.session().holder());
        }
    }

    @Override
    public Response processRemoveProducer(ProducerId id) {
        ProducerInfo info = client.producers.remove(id);
        if (info != null) {
            client.opened.give(null);
            protocol.advisories.producerGone(info);
        }
        return null;
    }

    private static void requireRoom(Map<?, ?> of, String what) throws JMSException {
        if (of.size() >= OpenwireSettings.PER_CONNECTION_MAX) {
            throw new ResourceAllocationException(
                    "A connection has at most " + OpenwireSettings.PER_CONNECTION_MAX + " " + what + ".");
        }
    }

    // ---- consumers

    @Override
    public Response processAddConsumer(ConsumerInfo info) throws JMSException {
        requireRoom(client.consumers, "consumers");
        if (!client.consumers.containsKey(info.getConsumerId())) {
            protocol.shard.turn();
            client.opened.take(info.getSelector());
            try {
                consumerOpening.subscribe(info);
            } catch (JMSException | RuntimeException e) {
                client.opened.give(info.getSelector());
                throw e;
            }
        }
        return null;
    }

    @Override
    public Response processRemoveConsumer(ConsumerId id, long lastDelivered) throws JMSException {
        ClientConsumer consumer = client.consumers.remove(id);
        if (consumer == null) {
            throw new IllegalStateException("Cannot remove a consumer that had not been registered: " + id);
        }
        client.opened.give(consumer.info().getSelector());
        protocol.shard.turn();
        consumer.close(lastDelivered);
        protocol.advisories.consumerGone(consumer.info());
        return null;
    }

    @Override
    public Response processConsumerControl(ConsumerControl control) {
        ClientConsumer consumer = client.consumers.get(control.getConsumerId());
        if (consumer != null && !control.isClose() && !control.isStart() && !control.isStop() && !control.isFlush()) {
            consumer.prefetch(control.getPrefetch());
        }
        return null;
    }

    @Override
    public Response processRemoveSubscription(RemoveSubscriptionInfo info) throws JMSException {
        consumerOpening.unsubscribe(info);
        return null;
    }

    @Override
    public Response processMessageAck(MessageAck ack) throws JMSException {
        ClientConsumer consumer = client.consumers.get(ack.getConsumerId());
        if (consumer == null) {
            if (client.info().isFailoverReconnect()) {
                return null;
            }
            throw new IllegalStateException("The consumer does not exist: " + ack.getConsumerId());
        }
        OpenTransaction unit = transactions.unit(ack.getTransactionId());
        try {
            consumer.acknowledge(ack, unit);
        } catch (NotResidentException e) {
            throw e; // the command is run again
        } catch (JMSException | RuntimeException e) {
            failed(unit, ack.isResponseRequired(), e.getMessage());
            throw e;
        }
        return null;
    }

    /** Marks a transaction as failed where the client waits for no answer: the client goes on as if all was well. */
    private static void failed(OpenTransaction unit, boolean answered, String why) {
        if (unit != null && !answered) {
            unit.failed(why);
        }
    }

    @Override
    public Response processMessagePull(MessagePull pull) {
        ClientConsumer consumer = client.consumers.get(pull.getConsumerId());
        if (consumer != null) {
            consumer.pull(pull);
        }
        return null;
    }

    // ---- messages

    @Override
    public Response processMessage(Message message) throws Exception {
        OpenTransaction unit = transactions.unit(message.getTransactionId());
        ProducerInfo producer = client.producers.get(message.getProducerId());
        int size = message.getSize();
        boolean answered = message.isResponseRequired();
        try {
            protocol.publishing.publish(client, message, unit);
        } catch (NotResidentException e) {
            throw e; // the command is run again
        } catch (JMSException | RuntimeException e) {
            failed(unit, answered, e.getMessage());
            throw e;
        }
        if (!answered && producer != null && producer.getWindowSize() > 0) {
            session.send(new ProducerAck(producer.getProducerId(), size));
        }
        return null;
    }

    // ---- destinations

    @Override
    public Response processAddDestination(DestinationInfo info) throws JMSException {
        ActiveMQDestination destination = info.getDestination();
        Topic known = protocol.destinations.known(destination);
        if (destination.isTemporary()) {
            client.requireOwn(destination);
            if (client.temporary.size() >= OpenwireSettings.PER_CONNECTION_MAX) {
                throw new ResourceAllocationException("A connection has at most " + OpenwireSettings.PER_CONNECTION_MAX
                        + " temporary destinations.");
            }
            if (protocol.advisories.areBehind(client.user())) {
                throw new ResourceAllocationException("Clients have not yet read the advisories about earlier temporary"
                        + " destinations. The destination was not created; try again in a moment.");
            }
            if (client.temporary.add(destination)) {
                takeTemporary(destination);
            }
        } else {
            client.access().requireCreate(JmsNames.topic(destination));
        }
        if (known == null) {
            create(destination);
        }
        return null;
    }

    private void create(ActiveMQDestination destination) throws JMSException {
        if (destination.isTemporary()) {
            protocol.advisories.making(destination, client.user());
        }
        try {
            protocol.destinations.create(destination, client.session().holder());
        } catch (JMSException | RuntimeException e) {
            protocol.advisories.making(destination, null);
            throw e;
        }
    }

    private void takeTemporary(ActiveMQDestination destination) throws JMSException {
        try {
            client.opened.take(null);
        } catch (ResourceAllocationException e) {
            client.temporary.remove(destination);
            throw e;
        }
    }

    @Override
    public Response processRemoveDestination(DestinationInfo info) throws JMSException {
        ActiveMQDestination destination = info.getDestination();
        Topic known = protocol.destinations.known(destination);
        if (destination.isTemporary()) {
            client.requireOwn(destination);
            if (client.temporary.remove(destination)) {
                client.opened.give(null);
            }
        } else {
            client.access().requireDelete(JmsNames.topic(destination));
        }
        if (known == null) {
            return null;
        }
        if (protocol.deliveries.hasConsumers(known)) {
            throw new JMSException("Destination still has an active subscription: " + destination);
        }
        protocol.destinations.delete(known);
        if (!destination.isTemporary()) {
            protocol.shard.audit().note(client.session().holder(), "destination " + destination.getQualifiedName()
                    + " was deleted");
        }
        return null;
    }

    // ---- transactions

    @Override
    public Response processBeginTransaction(TransactionInfo info) throws JMSException {
        return transactions.begin(info.getTransactionId());
    }

    @Override
    public Response processEndTransaction(TransactionInfo info) {
        return null;
    }

    @Override
    public Response processPrepareTransaction(TransactionInfo info) throws JMSException {
        return transactions.prepare(info.getTransactionId());
    }

    @Override
    public Response processCommitTransactionOnePhase(TransactionInfo info) throws JMSException {
        return transactions.commit(info.getTransactionId(), true);
    }

    @Override
    public Response processCommitTransactionTwoPhase(TransactionInfo info) throws JMSException {
        return transactions.commit(info.getTransactionId(), false);
    }

    @Override
    public Response processRollbackTransaction(TransactionInfo info) throws JMSException {
        return transactions.rollback(info.getTransactionId());
    }

    @Override
    public Response processForgetTransaction(TransactionInfo info) throws JMSException {
        return transactions.rollback(info.getTransactionId());
    }

    @Override
    public Response processRecoverTransactions(TransactionInfo info) {
        return transactions.recover();
    }

    @Override
    public Response processFlush(FlushCommand command) {
        return null;
    }

    @Override
    public Response processBrokerInfo(BrokerInfo info) throws JMSException {
        if (client != null || protocol.otherBrokers.refuses(info, session.connection().remote())) {
            throw new JMSException(OtherBrokers.REASON + ".");
        }
        isOtherBroker = true;
        return null;
    }

    private void requireConnectionShare(ConnectionAccess access) throws JMSException {
        if (!session.connection().admit(access.user())) {
            throw new ResourceAllocationException("User " + access.user() + " has reached the maximum number of"
                    + " connections of one user (share.user of connections.max); close some.");
        }
    }

    /** Answers a refused broker: it must log in like every client, and its other commands have no effect. */
    private Response ofOtherBroker(Command command) throws JMSException {
        if (command instanceof ConnectionInfo info) {
            requireConnectionShare(ConnectionAccess.login(protocol.gate, info.getUserName(), info.getPassword(),
                    session.connection()));
        }
        return null;
    }

    @Override
    public Response processControlCommand(ControlCommand command) throws JMSException {
        throw new JMSException("The control command " + command.getCommand() + " is not for clients.");
    }
}
