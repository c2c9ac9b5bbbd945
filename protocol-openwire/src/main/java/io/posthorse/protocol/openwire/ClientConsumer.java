package io.posthorse.protocol.openwire;

import jakarta.jms.JMSException;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessagePull;

/** A consumer of a client: one that consumes messages, a queue browser, or a listener to advisories. */
interface ClientConsumer {
    ConsumerInfo info();

    /**
     * Acknowledges messages or gives them back.
     *
     * @param unit transaction that it is part of; null for none
     */
    void acknowledge(MessageAck ack, OpenTransaction unit) throws JMSException;

    /** Handles a client's request for a message; only clients with prefetch 0 send them. */
    default void pull(MessagePull pull) {}

    /** Changes the number of messages that the client prefetches. */
    default void prefetch(int changed) {}

    /** Sends the messages that are available. */
    default void wake() {}

    /** Returns the number of messages that the client has and has not acknowledged. */
    default int inHands() {
        return 0;
    }

    /**
     * Closes the consumer.
     *
     * @param lastDelivered broker sequence id of the last message that the client delivered to its listeners, see
     * {@link org.apache.activemq.command.RemoveInfo}
     */
    void close(long lastDelivered);
}
