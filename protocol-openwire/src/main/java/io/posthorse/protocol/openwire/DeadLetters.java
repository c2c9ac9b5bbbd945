package io.posthorse.protocol.openwire;

import io.posthorse.broker.Admission;
import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.Delivery;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.broker.delivery.Undeliverable;
import jakarta.jms.JMSException;
import java.io.IOException;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages that nobody could consume, or whose time was over, to the queue for dead letters. Settling the message
 * and storing it there is one atomic step. As in ActiveMQ, messages that were not meant to survive are dropped, and so are
 * those of topics that expire.
 */
final class DeadLetters implements Undeliverable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String CAUSE = "dlqDeliveryFailureCause";
    private static final String ORIGINAL_EXPIRATION = "originalExpiration";

    private final OpenwireProtocol protocol;

    DeadLetters(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    @Override
    public boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits) {
        return bury(feed, partition, offset, position, traits,
                "Message Expired. Expiration:" + traits.expiresAtMs(), !feed.subscription().isTransient());
    }

    /** Buries a message that a consumer gave up; false where the log is full, and then it stays where it is. */
    boolean poison(Delivery delivery, String cause) {
        Feed feed = delivery.feed();
        boolean done = bury(feed, delivery.partition(), delivery.offset(), delivery.position(), delivery.traits(), cause,
                true);
        if (done) {
            feed.settled(delivery);
        }
        return done;
    }

    /** The same for one whose time was over in the consumer's hands. */
    boolean expired(Delivery delivery) {
        Feed feed = delivery.feed();
        boolean done = expired(feed, delivery.partition(), delivery.offset(), delivery.position(), delivery.traits());
        if (done) {
            feed.settled(delivery);
        }
        return done;
    }

    private boolean bury(
            Feed feed, Partition partition, long offset, long position, MessageTraits traits, String cause, boolean keeps) {
        protocol.shard.turn();
        AtomicGroup group = protocol.broker.group();
        group.settle(feed.subscription(), partition, offset);
        Message message = keeps && traits.persistent() ? protocol.messages.at(position) : null;
        if (message != null) {
            try {
                publish(group, message, partition, cause);
            } catch (JMSException | IOException e) {
                if (protocol.complaints.allows("dead letter")) {
                    LOG.warn("A dead letter of {} could not be stored: {}", partition.topic().name(), e.getMessage());
                }
                return false;
            }
        }
        return group.commit() == Admission.ADMITTED;
    }

    private void publish(AtomicGroup group, Message message, Partition from, String cause)
            throws JMSException, IOException {
        Topic dead = protocol.destinations.deadLetters();
        if (from.topic() == dead) {
            return; // what fails there a second time is dropped
        }
        Message letter = message.copy();
        ActiveMQDestination origin = message.getOriginalDestination();
        letter.setOriginalDestination(origin == null ? message.getDestination() : origin);
        letter.setDestination(Names.destination(dead.name()));
        letter.setProperty(CAUSE, cause);
        if (message.getExpiration() > 0) {
            letter.setProperty(ORIGINAL_EXPIRATION, message.getExpiration());
            letter.setExpiration(0);
        }
        letter.setRedeliveryCounter(0);
        group.publish(dead.partition(0), protocol.codec.stored(letter, dead.partition(0)));
    }
}
