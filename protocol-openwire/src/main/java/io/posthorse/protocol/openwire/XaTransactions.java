package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.PreparedGroups;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.delivery.Feed;
import jakarta.jms.JMSException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.TransactionId;
import org.apache.activemq.command.XATransactionId;

/**
 * The prepared transactions: kept in the log, so that their users can commit them or roll them back even after a restart.
 * Their acknowledged messages belong to nobody until then. A transaction belongs to its user and id: others neither see nor
 * decide it, except super users, who see all.
 */
final class XaTransactions {
    private final OpenwireProtocol protocol;
    private final PreparedGroups groups;
    /** Transactions that are not prepared yet, by id. They end with the connection that began them. */
    private final Map<Owned, OpenTransaction> open = new HashMap<>();
    /** Messages that consumers acknowledged in transactions prepared by this run: the consumers may still exist. */
    private final Map<String, List<OpenTransaction.Acknowledged>> acknowledged = new HashMap<>();

    private record Owned(String user, TransactionId id) {}

    XaTransactions(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.groups = protocol.broker.preparedGroups();
    }

    /** Reserves the acknowledged messages of prepared transactions after a start, so that no consumer gets them. */
    void recover() {
        groups.ids().forEach(id -> groups.settlements(id, (subscription, partition, offset) ->
                feed(subscription, partition).reserve(partition, offset)));
    }

    private Feed feed(Subscription subscription, Partition partition) {
        return protocol.deliveries.feed(
                partition.topic(), subscription, protocol.deadLetters, JmsNames.isDurable(subscription.name()));
    }

    /** Returns the user's transaction with an id that is not prepared yet; null where there is none. */
    OpenTransaction open(ClientConnection client, TransactionId id) {
        return open.get(new Owned(client.user(), id));
    }

    void begun(ClientConnection client, OpenTransaction unit) {
        open.put(new Owned(client.user(), unit.id()), unit);
    }

    /** Removes a transaction of any kind that ended. */
    void ended(ClientConnection client, OpenTransaction unit) {
        open.remove(new Owned(client.user(), unit.id()));
        unit.end();
    }

    boolean isPrepared(ClientConnection client, TransactionId id) {
        return prepared(client, id) != null;
    }

    /** Returns the key of a prepared transaction that the client may decide; null where there is none with that id. */
    private String prepared(ClientConnection client, TransactionId id) {
        if (!(id instanceof XATransactionId xid)) {
            return null;
        }
        String own = key(xid, client.user());
        if (groups.holds(own)) {
            return own;
        }
        String any = key(xid, "");
        return !client.access().mayKnowAll() ? null : groups.ids().stream()
                .filter(key -> key.equals(any) || key.startsWith(any + ":")).findFirst().orElse(null);
    }

    /** Prepares a transaction. */
    void prepare(ClientConnection client, XATransactionId id, OpenTransaction unit) throws JMSException {
        String key = key(id, client.user());
        if (groups.holds(key)) {
            throw new JMSException("A transaction with the id " + id + " is already prepared. Commit it or roll it back"
                    + " first.");
        }
        JmsExceptions.throwUnless(groups.prepare(key, unit.group()));
        acknowledged.put(key, unit.prepared());
    }

    /** Commits a prepared transaction; returns false where there is none with that id. */
    boolean commit(ClientConnection client, TransactionId id) throws JMSException {
        String key = prepared(client, id);
        if (key == null) {
            return false;
        }
        groups.requireResident(key);
        List<Runnable> after = new ArrayList<>();
        groups.settlements(key, (subscription, partition, offset) ->
                after.add(() -> feed(subscription, partition).unreserve(partition, offset, false)));
        JmsExceptions.throwUnless(groups.commit(key));
        acknowledged.remove(key);
        after.forEach(Runnable::run);
        return true;
    }

    /** Rolls a prepared transaction back; returns false where there is none with that id. */
    boolean rollback(ClientConnection client, TransactionId id) throws JMSException {
        String key = prepared(client, id);
        if (key == null) {
            return false;
        }
        groups.requireResident(key);
        List<Runnable> after = new ArrayList<>();
        groups.settlements(key, (subscription, partition, offset) ->
                after.add(() -> feed(subscription, partition).unreserve(partition, offset, true)));
        JmsExceptions.throwUnless(groups.rollback(key));
        List<OpenTransaction.Acknowledged> here = acknowledged.remove(key);
        if (here != null) {
            here.forEach(OpenTransaction.Acknowledged::takeBackPrepared);
        }
        after.forEach(Runnable::run); // for messages that no consumer took back
        return true;
    }

    /** Returns the prepared transactions that a client may decide. */
    List<XATransactionId> prepared(ClientConnection client) {
        return groups.ids().stream().filter(key -> client.access().mayKnowAll() || userOf(key).equals(client.user()))
                .map(XaTransactions::id).distinct().toList();
    }

    /** Returns the id as text: format, global part, branch, and the user where there is one. */
    private static String key(XATransactionId id, String user) {
        HexFormat hex = HexFormat.of();
        return Integer.toHexString(id.getFormatId()) + ":" + hex.formatHex(id.getGlobalTransactionId()) + ":"
                + hex.formatHex(id.getBranchQualifier())
                + (user.isEmpty() ? "" : ":" + hex.formatHex(user.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns the owner of a transaction; empty where it was prepared without access control. */
    private static String userOf(String key) {
        String[] parts = key.split(":", -1);
        return parts.length < 4 ? "" : new String(HexFormat.of().parseHex(parts[3]), StandardCharsets.UTF_8);
    }

    private static XATransactionId id(String key) {
        String[] parts = key.split(":", -1);
        HexFormat hex = HexFormat.of();
        XATransactionId id = new XATransactionId();
        id.setFormatId(Integer.parseUnsignedInt(parts[0], 16));
        id.setGlobalTransactionId(hex.parseHex(parts[1]));
        id.setBranchQualifier(hex.parseHex(parts[2]));
        return id;
    }
}
