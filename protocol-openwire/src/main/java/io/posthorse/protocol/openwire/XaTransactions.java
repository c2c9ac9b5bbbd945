package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.PreparedGroups;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.delivery.Feed;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.TransactionId;
import org.apache.activemq.command.XATransactionId;

/**
 * Prepared transactions: kept in the log, so that whoever comes, also after a restart, can commit them or roll them back.
 * What was acknowledged in one is nobody's until then.
 */
final class XaTransactions {
    private final OpenwireProtocol protocol;
    private final PreparedGroups groups;
    /** Those that are not prepared yet, by id. They end with the connection that began them. */
    private final Map<TransactionId, Unit> open = new HashMap<>();
    /** What consumers acknowledged in those that this run has prepared: they may still be there. */
    private final Map<String, List<Unit.Acknowledged>> acknowledged = new HashMap<>();

    XaTransactions(OpenwireProtocol protocol) {
        this.protocol = protocol;
        this.groups = protocol.broker.preparedGroups();
    }

    /** After a start: what prepared transactions have acknowledged is handed out to nobody. */
    void recover() {
        groups.ids().forEach(id -> groups.settlements(id, (subscription, partition, offset) ->
                feed(subscription, partition).reserve(partition, offset)));
    }

    private Feed feed(Subscription subscription, Partition partition) {
        return protocol.deliveries.feed(
                partition.topic(), subscription, protocol.deadLetters, Names.isDurable(subscription.name()));
    }

    /** The unit of that id which is not prepared yet; null where there is none. */
    Unit open(TransactionId id) {
        return open.get(id);
    }

    void begun(Unit unit) {
        open.put(unit.id(), unit);
    }

    /** A transaction of any kind is not open any more. */
    void ended(Unit unit) {
        open.remove(unit.id());
        unit.end();
    }

    boolean isPrepared(TransactionId id) {
        return id instanceof XATransactionId xid && groups.ids().contains(key(xid));
    }

    /** Prepares what a unit holds. */
    void prepare(XATransactionId id, Unit unit) throws JMSException {
        if (isPrepared(id)) {
            throw new JMSException("A transaction of the id " + id + " is prepared already, and not decided.");
        }
        Refusals.throwUnless(groups.prepare(key(id), unit.group()));
        acknowledged.put(key(id), unit.prepared());
    }

    /** Commits a prepared transaction; false where there is none of that id. */
    boolean commit(TransactionId id) throws JMSException {
        if (!isPrepared(id)) {
            return false;
        }
        String key = key((XATransactionId) id);
        groups.requireAtHand(key);
        List<Runnable> after = new ArrayList<>();
        groups.settlements(key, (subscription, partition, offset) ->
                after.add(() -> feed(subscription, partition).unreserve(partition, offset)));
        Refusals.throwUnless(groups.commit(key));
        acknowledged.remove(key);
        after.forEach(Runnable::run);
        return true;
    }

    /** Rolls a prepared transaction back; false where there is none of that id. */
    boolean rollback(TransactionId id) throws JMSException {
        if (!isPrepared(id)) {
            return false;
        }
        String key = key((XATransactionId) id);
        groups.requireAtHand(key);
        List<Runnable> after = new ArrayList<>();
        groups.settlements(key, (subscription, partition, offset) ->
                after.add(() -> feed(subscription, partition).unreserve(partition, offset)));
        Refusals.throwUnless(groups.rollback(key));
        List<Unit.Acknowledged> here = acknowledged.remove(key);
        if (here != null) {
            here.forEach(Unit.Acknowledged::takeBackPrepared);
        }
        after.forEach(Runnable::run); // of what nobody has taken back
        return true;
    }

    List<XATransactionId> prepared() {
        return groups.ids().stream().map(XaTransactions::id).toList();
    }

    /** The id as text: format, global part, branch. */
    private static String key(XATransactionId id) {
        java.util.HexFormat hex = java.util.HexFormat.of();
        return Integer.toHexString(id.getFormatId()) + ":" + hex.formatHex(id.getGlobalTransactionId()) + ":"
                + hex.formatHex(id.getBranchQualifier());
    }

    private static XATransactionId id(String key) {
        String[] parts = key.split(":", -1);
        java.util.HexFormat hex = java.util.HexFormat.of();
        XATransactionId id = new XATransactionId();
        id.setFormatId(Integer.parseUnsignedInt(parts[0], 16));
        id.setGlobalTransactionId(hex.parseHex(parts[1]));
        id.setBranchQualifier(hex.parseHex(parts[2]));
        return id;
    }
}
