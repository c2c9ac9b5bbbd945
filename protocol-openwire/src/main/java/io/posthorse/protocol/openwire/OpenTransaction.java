package io.posthorse.protocol.openwire;

import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.Message;
import io.posthorse.broker.Partition;
import io.posthorse.broker.delivery.Delivery;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.command.TransactionId;

/** An open transaction: what is to be published and settled with its commit. */
final class OpenTransaction {
    private final TransactionId id;
    private final AtomicGroup group;
    private final TransactionMemory memory;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private String failure;
    private long taken;

    /** A message that was acknowledged in the transaction. */
    record Acknowledged(Subscriber by, Subscriber.Held held) {
        /** The prepared transaction is rolled back: a consumer that is still there hands it out once more itself. */
        void takeBackPrepared() {
            Delivery delivery = held.delivery();
            if (by.isOpen()) {
                delivery.feed().reclaim(delivery);
                by.takeBack(held);
            }
        }
    }

    OpenTransaction(TransactionId id, AtomicGroup group, TransactionMemory memory) {
        this.id = id;
        this.group = group;
        this.memory = memory;
    }

    TransactionId id() {
        return id;
    }

    AtomicGroup group() {
        return group;
    }

    boolean isEmpty() {
        return group.isEmpty();
    }

    /** A part of it was refused, and nobody waits for the answer: it can only be rolled back. */
    void failed(String why) {
        failure = failure == null ? why : failure;
    }

    /** Why it can only be rolled back; null where it can be committed. */
    String failure() {
        return failure;
    }

    void publish(Partition to, Message message, long dueMs) {
        group.publishAt(to, message, dueMs);
    }

    void acknowledge(Subscriber by, Subscriber.Held held) throws JMSException {
        admit(1, 0);
        Delivery delivery = held.delivery();
        group.settle(delivery.feed().subscription(), delivery.partition(), delivery.offset());
        acknowledged.add(new Acknowledged(by, held));
    }

    /** Refuses what is too much for one transaction, or for all of them. */
    void admit(int count, long bytes) throws JMSException {
        if (group.size() + count > OpenwireSettings.TRANSACTION_SIZE_MAX
                || group.bytes() + bytes > OpenwireSettings.TRANSACTION_BYTES_MAX) {
            throw new ResourceAllocationException("The transaction " + id + " has become too large: at most "
                    + OpenwireSettings.TRANSACTION_SIZE_MAX + " messages and acknowledgements, and "
                    + (OpenwireSettings.TRANSACTION_BYTES_MAX >> 20) + " MiB. Commit more often.");
        }
        long more = bytes + (long) count * TransactionMemory.ENTRY_BYTES;
        memory.take(more);
        taken += more;
    }

    /** It is not open any more, however it ended. */
    void end() {
        memory.give(taken);
        taken = 0;
    }

    /** Makes it true; where that is refused, it can be tried again or rolled back. */
    void commit() throws JMSException {
        JmsExceptions.throwUnless(group.commit());
        settled();
    }

    /** What was acknowledged is settled. */
    void settled() {
        for (Acknowledged one : acknowledged) {
            one.held.delivery().feed().settled(one.held.delivery());
            one.by.wake();
        }
        acknowledged.clear();
    }

    /** What was acknowledged is in its consumers' hands again, who hand it out once more; or goes back to the broker. */
    void rollback() {
        for (Acknowledged one : acknowledged) {
            one.by.takeBack(one.held);
        }
        acknowledged.clear();
    }

    /** From now on nobody has what was acknowledged: it is decided later, maybe by others. */
    List<Acknowledged> prepared() {
        for (Acknowledged one : acknowledged) {
            Delivery delivery = one.held.delivery();
            if (!delivery.feed().subscription().isTransient()) { // whose cursor is in memory is gone before the decision
                delivery.feed().reserve(delivery.partition(), delivery.offset());
            }
            delivery.feed().settled(delivery);
            one.by.wake();
        }
        List<Acknowledged> all = List.copyOf(acknowledged);
        acknowledged.clear();
        return all;
    }
}
