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

/** An open transaction: the messages to publish and to settle with its commit. */
final class OpenTransaction {
    private final TransactionId id;
    private final AtomicGroup group;
    private final TransactionMemory memory;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private String failure;
    private long taken;

    /** A message that was acknowledged in the transaction. */
    record Acknowledged(Subscriber by, Subscriber.Held held) {
        /**
         * Returns the message to an open consumer after the prepared transaction was rolled back; its client delivers it
         * again.
         */
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

    /** Notes that a part was refused without an answer: the transaction can only be rolled back. */
    void failed(String why) {
        failure = failure == null ? why : failure;
    }

    /** Returns why it can only be rolled back; null where it can be committed. */
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

    /** Admits more messages and bytes, or throws where one transaction or all together would become too large. */
    void admit(int count, long bytes) throws JMSException {
        if (group.size() + count > OpenwireSettings.TRANSACTION_SIZE_MAX
                || group.bytes() + bytes > OpenwireSettings.TRANSACTION_BYTES_MAX) {
            throw new ResourceAllocationException("The transaction " + id + " is too large: the maximum is "
                    + OpenwireSettings.TRANSACTION_SIZE_MAX + " messages and acknowledgements, and "
                    + (OpenwireSettings.TRANSACTION_BYTES_MAX >> 20) + " MiB. Commit more often.");
        }
        long more = bytes + (long) count * TransactionMemory.ENTRY_BYTES;
        memory.take(more);
        taken += more;
    }

    /** Releases the memory of the transaction, however it ended. */
    void end() {
        memory.give(taken);
        taken = 0;
    }

    /** Commits it; after a refusal the caller can try again or roll back. */
    void commit() throws JMSException {
        JmsExceptions.throwUnless(group.commit());
        settled();
    }

    /** Notes that the acknowledged messages are settled. */
    void settled() {
        for (Acknowledged entry : acknowledged) {
            entry.held.delivery().feed().settled(entry.held.delivery());
            entry.by.wake();
        }
        acknowledged.clear();
    }

    /** Returns the acknowledged messages to their consumers, whose clients deliver them again; or to the broker. */
    void rollback() {
        for (Acknowledged entry : acknowledged) {
            entry.by.takeBack(entry.held);
        }
        acknowledged.clear();
    }

    /**
     * Takes the acknowledged messages from their consumers: the transaction is decided later, maybe by another connection.
     */
    List<Acknowledged> prepared() {
        for (Acknowledged entry : acknowledged) {
            Delivery delivery = entry.held.delivery();
            if (!delivery.feed().subscription().isTransient()) { // a cursor in memory ends before the decision
                delivery.feed().reserve(delivery.partition(), delivery.offset());
            }
            delivery.feed().settled(delivery);
            entry.by.wake();
        }
        List<Acknowledged> all = List.copyOf(acknowledged);
        acknowledged.clear();
        return all;
    }
}
