package io.posthorse.protocol.openwire;

import jakarta.jms.JMSException;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessagePull;

/** A consumer of a client: one that takes messages, one that looks at them only, or one of advisories. */
interface ClientConsumer {
    ConsumerInfo info();

    /**
     * Messages were taken, or given back.
     *
     * @param unit the transaction that it is part of; null for none
     */
    void acknowledge(MessageAck ack, OpenTransaction unit) throws JMSException;

    /** A client that is sent nothing by itself asks for a message. */
    default void pull(MessagePull pull) {}

    /** The client takes another number of messages ahead. */
    default void prefetch(int changed) {}

    /** See whether there is something for it. */
    default void wake() {}

    /** How many messages the client has and has not acknowledged. */
    default int inHands() {
        return 0;
    }

    /**
     * It ends.
     *
     * @param lastDelivered number of the last message that the client has passed on, see
     *     {@link org.apache.activemq.command.RemoveInfo}
     */
    void close(long lastDelivered);
}
