package io.posthorse.protocol.openwire;

import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.TransactionRolledBackException;
import java.util.List;
import javax.transaction.xa.XAException;
import org.apache.activemq.TransactionContext;
import org.apache.activemq.command.DataArrayResponse;
import org.apache.activemq.command.DataStructure;
import org.apache.activemq.command.IntegerResponse;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.TransactionId;
import org.apache.activemq.command.XATransactionId;

/** The open transactions of a client, with its access to the global (XA) ones, which its user's other connections share. */
final class ClientTransactions {
    private static final int XA_OK = 0;
    private static final int XA_READ_ONLY = 3;

    private final OpenwireProtocol protocol;
    private final ClientConnection client;

    ClientTransactions(OpenwireProtocol protocol, ClientConnection client) {
        this.protocol = protocol;
        this.client = client;
    }

    /** Returns the open transaction with an id; null where the id is null. */
    OpenTransaction unit(TransactionId id) throws JMSException {
        if (id == null) {
            return null;
        }
        OpenTransaction unit = open(id);
        if (unit == null) {
            throw unknown(id);
        }
        return unit;
    }

    /** Returns an open transaction. A global one belongs to its user, whose connections can all use it. */
    private OpenTransaction open(TransactionId id) {
        return id.isXATransaction() ? protocol.xa.open(client, id) : client.transactions.get(id);
    }

    /** Marks the transaction of a message that was refused unread, whose sender waits for no answer, as failed. */
    void refusedUnread(UnreadMessage message, String why) {
        if (!message.isTransactionKnown()) {
            client.transactions.values().forEach(unit -> unit.failed(why)); // it may belong to any of them
        } else if (message.transaction() != null && open(message.transaction()) != null) {
            open(message.transaction()).failed(why);
        }
    }

    private void forget(OpenTransaction unit) {
        if (client.transactions.remove(unit.id()) != null) {
            client.opened.give(null);
        }
        protocol.xa.ended(client, unit);
    }

    private void requireNoFailure(OpenTransaction unit) throws JMSException {
        if (unit != null && unit.failure() != null) {
            throw rolledBack(unit, "a part of it was refused: " + unit.failure());
        }
    }

    /** Rolls back a transaction that cannot be committed: the client takes it for rolled back after any error. */
    private JMSException rolledBack(OpenTransaction unit, String why) {
        forget(unit);
        unit.rollback();
        JMSException rolledBack = new TransactionRolledBackException("The transaction was rolled back, since " + why);
        if (unit.id().isXATransaction()) {
            rolledBack.initCause(forManager(rolledBack.getMessage(), XAException.XA_RBOTHER));
        }
        return rolledBack;
    }

    private static JMSException unknown(TransactionId id) {
        JMSException unknown = new JMSException("Transaction '" + id + "' has not been started.");
        if (id.isXATransaction()) {
            unknown.initCause(forManager(unknown.getMessage(), XAException.XAER_NOTA));
        }
        return unknown;
    }

    /** Creates an exception for a transaction manager. Only the text is sent: clients read the code from it. */
    private static XAException forManager(String text, int code) {
        return new XAException(text + " " + TransactionContext.xaErrorCodeMarker + code);
    }

    Response begin(TransactionId id) throws JMSException {
        if (open(id) != null) {
            return null; // repeated after a reconnect, or joined by another connection of the same manager
        }
        if (client.transactions.size() >= OpenwireSettings.PER_CONNECTION_MAX) {
            throw new ResourceAllocationException("A connection has at most " + OpenwireSettings.PER_CONNECTION_MAX
                    + " open transactions.");
        }
        client.opened.take(null);
        OpenTransaction unit = new OpenTransaction(id, protocol.broker.group(), protocol.transactionMemory);
        client.transactions.put(id, unit);
        if (id.isXATransaction()) {
            protocol.xa.begun(client, unit);
        }
        return null;
    }

    Response prepare(TransactionId id) throws JMSException {
        OpenTransaction unit = open(id);
        if (unit == null) {
            if (protocol.xa.isPrepared(client, id)) {
                return new IntegerResponse(XA_OK); // repeated after a reconnect
            }
            throw unknown(id);
        }
        protocol.shard.turn();
        requireNoFailure(unit);
        if (unit.isEmpty()) {
            forget(unit);
            return new IntegerResponse(XA_READ_ONLY);
        }
        protocol.xa.prepare(client, (XATransactionId) id, unit);
        forget(unit);
        return new IntegerResponse(XA_OK);
    }

    Response commit(TransactionId id, boolean onePhase) throws JMSException {
        protocol.shard.turn();
        OpenTransaction unit = open(id);
        requireNoFailure(unit);
        if (unit != null && (onePhase || !id.isXATransaction())) {
            try {
                unit.commit();
            } catch (JMSException e) {
                throw rolledBack(unit, e.getMessage());
            }
            forget(unit);
        } else if (!protocol.xa.commit(client, id)) {
            throw unknown(id);
        }
        return null;
    }

    Response rollback(TransactionId id) throws JMSException {
        protocol.shard.turn();
        OpenTransaction unit = open(id);
        if (unit != null) {
            forget(unit);
            unit.rollback();
        } else if (!protocol.xa.rollback(client, id)) {
            throw unknown(id);
        }
        return null;
    }

    Response recover() {
        List<XATransactionId> prepared = protocol.xa.prepared(client);
        return new DataArrayResponse(prepared.toArray(DataStructure[]::new));
    }
}
