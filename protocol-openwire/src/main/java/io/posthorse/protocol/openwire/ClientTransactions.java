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

/** The transactions that a client has open, and its part in those that others may finish. */
final class ClientTransactions {
    private static final int XA_OK = 0;
    private static final int XA_READ_ONLY = 3;

    private final OpenwireProtocol protocol;
    private final ClientConnection client;

    ClientTransactions(OpenwireProtocol protocol, ClientConnection client) {
        this.protocol = protocol;
        this.client = client;
    }

    /** The open transaction of that id; null where the id is null. */
    Unit unit(TransactionId id) throws JMSException {
        if (id == null) {
            return null;
        }
        Unit unit = client.transactions.get(id);
        if (unit == null) {
            throw unknown(id);
        }
        return unit;
    }

    private void requireWhole(Unit unit) throws JMSException {
        if (unit == null || unit.failure() == null) {
            return;
        }
        client.transactions.remove(unit.id());
        unit.rollback();
        JMSException rolledBack = new TransactionRolledBackException(
                "The transaction was rolled back, since a part of it was refused: " + unit.failure());
        if (unit.id().isXATransaction()) {
            rolledBack.initCause(forManager(rolledBack.getMessage(), XAException.XA_RBOTHER));
        }
        throw rolledBack;
    }

    private static JMSException unknown(TransactionId id) {
        JMSException unknown = new JMSException("Transaction '" + id + "' has not been started.");
        if (id.isXATransaction()) {
            unknown.initCause(forManager(unknown.getMessage(), XAException.XAER_NOTA));
        }
        return unknown;
    }

    /** Only the text comes over the wire: clients read the code from it. */
    private static XAException forManager(String text, int code) {
        return new XAException(text + " " + TransactionContext.xaErrorCodeMarker + code);
    }

    Response begin(TransactionId id) throws JMSException {
        if (client.transactions.containsKey(id)) {
            return null; // told again after a reconnect
        }
        if (client.transactions.size() >= OpenwireSettings.PER_CONNECTION_MAX) {
            throw new ResourceAllocationException("A connection has at most " + OpenwireSettings.PER_CONNECTION_MAX
                    + " open transactions.");
        }
        client.transactions.put(id, new Unit(id, protocol.broker.group()));
        return null;
    }

    Response prepare(TransactionId id) throws JMSException {
        Unit unit = client.transactions.get(id);
        if (unit == null) {
            if (protocol.xa.isPrepared(id)) {
                return new IntegerResponse(XA_OK); // told again after a reconnect
            }
            throw unknown(id);
        }
        protocol.shard.turn();
        requireWhole(unit);
        if (unit.isEmpty()) {
            client.transactions.remove(id);
            return new IntegerResponse(XA_READ_ONLY);
        }
        protocol.xa.prepare((XATransactionId) id, unit);
        client.transactions.remove(id);
        return new IntegerResponse(XA_OK);
    }

    Response commit(TransactionId id, boolean onePhase) throws JMSException {
        protocol.shard.turn();
        Unit unit = client.transactions.get(id);
        requireWhole(unit);
        if (unit != null && (onePhase || !id.isXATransaction())) {
            unit.commit();
            client.transactions.remove(id);
        } else if (!protocol.xa.commit(id)) {
            throw unknown(id);
        }
        return null;
    }

    Response rollback(TransactionId id) throws JMSException {
        protocol.shard.turn();
        Unit unit = client.transactions.remove(id);
        if (unit != null) {
            unit.rollback();
        } else if (!protocol.xa.rollback(id) && !id.isXATransaction()) {
            throw unknown(id);
        }
        return null;
    }

    Response recover() {
        List<XATransactionId> prepared = protocol.xa.prepared();
        return new DataArrayResponse(prepared.toArray(DataStructure[]::new));
    }
}
