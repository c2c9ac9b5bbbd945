package io.posthorse.protocol.openwire;

import io.posthorse.broker.Admission;
import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.Delivery;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.broker.delivery.UndeliverableHandler;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of JMS: messages that nobody could consume, or that expired, are moved to the dead-letter queue.
 * Settling the message and storing it there is one atomic step. As in ActiveMQ, non-persistent messages are dropped, and so
 * are those that consumers of topics without a durable subscription gave up.
 */
final class DeadLetters implements UndeliverableHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String CAUSE = "dlqDeliveryFailureCause";
    private static final String ORIGINAL_EXPIRATION = "originalExpiration";

    private static final int REMEMBERED_MAX = 1_024;

    private final OpenwireProtocol protocol;
    /**
     * The last messages of topics that are in the queue already: one dead letter is enough for all durable subscriptions.
     */
    private final Set<MessageKey> buried = new LinkedHashSet<>();

    private record MessageKey(int partition, long offset) {}

    DeadLetters(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    @Override
    public boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits) {
        return bury(feed, partition, offset, position, traits, "Message Expired. Expiration:" + traits.expiresAtMs());
    }

    /**
     * Moves a message that a consumer gave up; returns false where the log is full, and then the message stays where it is.
     */
    boolean poison(Delivery delivery, String cause) {
        Feed feed = delivery.feed();
        boolean done = bury(
                feed, delivery.partition(), delivery.offset(), delivery.position(), delivery.traits(), cause);
        if (done) {
            feed.settled(delivery);
        }
        return done;
    }

    /** Moves a message that expired while a consumer had it; returns false as {@link #poison} does. */
    boolean expired(Delivery delivery) {
        Feed feed = delivery.feed();
        boolean done = expired(feed, delivery.partition(), delivery.offset(), delivery.position(), delivery.traits());
        if (done) {
            feed.settled(delivery);
        }
        return done;
    }

    private boolean bury(
            Feed feed, Partition partition, long offset, long position, MessageTraits traits, String cause) {
        protocol.shard.turn();
        AtomicGroup group = protocol.broker.group();
        group.settle(feed.subscription(), partition, offset);
        MessageKey key = JmsNames.isDurable(feed.subscription().name()) ? new MessageKey(partition.id(), offset) : null;
        boolean isStored = traits.persistent() && !feed.subscription().isTransient() && !buried.contains(key);
        Message message = isStored ? protocol.messages.at(position) : null;
        if (message != null) {
            try {
                publish(group, message, feed, cause);
            } catch (JMSException | IOException e) {
                if (protocol.complaints.allows("dead letter")) {
                    LOG.warn("A dead letter of {} could not be stored: {}", partition.topic().name(), e.getMessage());
                }
                return false;
            }
        }
        boolean done = group.commit() == Admission.ADMITTED;
        if (done && key != null) {
            remember(key);
        }
        return done;
    }

    private void remember(MessageKey key) {
        if (buried.size() >= REMEMBERED_MAX) {
            buried.remove(buried.iterator().next());
        }
        buried.add(key);
    }

    private void publish(AtomicGroup group, Message message, Feed from, String cause) throws JMSException, IOException {
        if (from.topic() == protocol.destinations.deadLetters()) {
            return; // a message that fails there again is dropped
        }
        ActiveMQDestination queue = protocol.virtual.shownAs(from); // one sent back reaches this queue's consumers only
        add(group, message, queue == null ? message.getDestination() : queue, cause);
    }

    /** Adds a copy of a message for the dead-letter queue to an atomic group. */
    void add(AtomicGroup group, Message message, String cause) throws JMSException, IOException {
        add(group, message, message.getDestination(), cause);
    }

    private void add(AtomicGroup group, Message message, ActiveMQDestination original, String cause)
            throws JMSException, IOException {
        Topic dead = protocol.destinations.deadLetters();
        Message letter = message.copy();
        letter.setOriginalDestination(original);
        letter.setDestination(JmsNames.destination(dead.name()));
        letter.setProperty(CAUSE, cause);
        letter.setProperty(ORIGINAL_EXPIRATION, message.getExpiration());
        letter.setExpiration(0);
        letter.setRedeliveryCounter(0);
        group.publish(dead.partition(0), protocol.codec.stored(letter, dead.partition(0)));
    }
}
