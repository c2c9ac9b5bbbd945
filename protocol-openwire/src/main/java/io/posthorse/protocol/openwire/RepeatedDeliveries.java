package io.posthorse.protocol.openwire;

import io.posthorse.broker.Admission;
import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import io.posthorse.broker.delivery.Consumer;
import io.posthorse.broker.delivery.Credit;
import io.posthorse.broker.delivery.Delivery;
import io.posthorse.broker.delivery.Receiver;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.io.IOException;
import java.util.TreeMap;
import org.apache.activemq.command.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that are delivered repeatedly. Each waits as a delayed message for an internal queue of the broker. When it
 * is due, it is published to its destination and stored again for its next time in one atomic step, so that a crash neither
 * loses nor repeats a delivery. A delivery that is impossible, to a deleted destination for example, is skipped with a line
 * in the server log; the last one of a message goes to the dead-letter queue. Only messages to temporary destinations that
 * have gone are dropped.
 */
final class RepeatedDeliveries implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(RepeatedDeliveries.class);
    private static final String TOPIC = "JMS_REPEATED_MESSAGES";
    private static final int PREFETCH = 100;
    private static final long RETRY_MS = 1_000;

    private final OpenwireProtocol protocol;
    private Consumer consumer;

    RepeatedDeliveries(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    static boolean isTopic(String name) {
        return name.equals(TOPIC);
    }

    /** Continues the deliveries of an earlier run. */
    void start() {
        if (protocol.broker.topic(TOPIC) != null) {
            try {
                topic();
            } catch (JMSException e) {
                LOG.warn("Repeated messages are not delivered: {}", e.getMessage());
            }
        }
    }

    /** Returns the topic in which repeated messages wait; null where there is none yet. */
    Topic known() {
        return protocol.broker.topic(TOPIC);
    }

    /** Returns the topic in which repeated messages wait; the first one creates it. */
    Topic topic() throws JMSException {
        Topic topic = protocol.broker.topic(TOPIC);
        if (topic != null && consumer != null) {
            return topic;
        }
        protocol.shard.turn();
        TopicSettings settings = new TopicSettings(1, 1, 0, false, new TreeMap<>());
        Topic created = topic == null ? protocol.broker.createOrUpdate(TOPIC, settings) : topic;
        if (created == null) {
            throw new ResourceAllocationException("The broker's disk is full: nothing was stored. Make room, and send"
                    + " again.");
        }
        Subscription own = protocol.destinations.subscription(JmsNames.queueSubscription(TOPIC));
        consumer = new Consumer(new Consumer.Wish(null, 0, false), new Credit(PREFETCH), this);
        protocol.deliveries.feed(created, own, protocol.deadLetters, false).attach(consumer);
        return created;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void receive(Delivery delivery) {
        consumer.credit(PREFETCH);
        try {
            deliver(delivery);
        } catch (ResourceAllocationException | IllegalStateException e) { // disk full, or delivery is impossible now
            again(delivery);
        } catch (JMSException | IOException | RuntimeException e) {
            skip(delivery, e);
        }
    }

    /** Ends a delivery that is impossible; further ones follow at their times. */
    private void skip(Delivery delivery, Exception reason) {
        try {
            Message message = protocol.messages.at(delivery.position());
            AtomicGroup group = protocol.broker.group();
            group.settle(delivery.feed().subscription(), delivery.partition(), delivery.offset());
            boolean isGone = message == null || message.getDestination().isTemporary();
            boolean hasNext = !isGone && again(group, message, protocol.clock.wallMs());
            if (!isGone && !hasNext) {
                protocol.deadLetters.add(
                        group, message, "The repeated message could not be delivered: " + reason.getMessage());
            }
            if (group.commit() != Admission.ADMITTED) {
                again(delivery);
                return;
            }
            delivery.feed().settled(delivery);
            warn(message == null ? "an unreadable message" : message.getMessageId() + " for " + message.getDestination(),
                    isGone ? "It is dropped." : hasNext ? "It is tried again at its next time."
                            : "It is in the dead-letter queue now.", reason);
        } catch (JMSException | IOException | RuntimeException e) {
            warn("a message", "It is tried again in a second.", e);
            again(delivery);
        }
    }

    private void warn(String message, String consequence, Exception reason) {
        if (protocol.complaints.allows("repeated")) {
            LOG.warn("A repeated delivery of {} failed: {} {}", message, reason.toString(), consequence);
        }
    }

    private void again(Delivery delivery) {
        protocol.timers.after(RETRY_MS, () -> {
            protocol.shard.turn();
            delivery.feed().release(delivery, false);
        });
    }

    private void deliver(Delivery delivery) throws JMSException, IOException {
        Message message = protocol.messages.at(delivery.position());
        if (message == null) {
            throw new IOException("its bytes cannot be read");
        }
        long now = protocol.clock.wallMs();
        AtomicGroup group = protocol.broker.group();
        group.settle(delivery.feed().subscription(), delivery.partition(), delivery.offset());
        publish(group, message);
        again(group, message, now);
        if (group.commit() == Admission.ADMITTED) {
            delivery.feed().settled(delivery);
        } else {
            again(delivery);
        }
    }

    private void publish(AtomicGroup group, Message message) throws JMSException, IOException {
        Message copy = message.copy();
        copy.setMessageId(protocol.advisories.nextId());
        DeliverySchedule.delivered(copy, message.getMessageId().toString());
        if (copy.getExpiration() > 0 && copy.getTimestamp() > 0) {
            copy.setExpiration(protocol.clock.wallMs() + copy.getExpiration() - copy.getTimestamp());
        }
        copy.setTimestamp(protocol.clock.wallMs());
        Topic target = protocol.destinations.topic(message.getDestination(), null);
        if (message.getDestination().isQueue()) {
            protocol.destinations.promise(target);
        }
        group.publish(target.partition(0), protocol.codec.stored(copy, target.partition(0)));
    }

    /** Stores the message again for its next time; returns whether there is one. */
    private boolean again(AtomicGroup group, Message message, long now) throws JMSException, IOException {
        DeliverySchedule schedule = DeliverySchedule.of(message, now);
        Topic topic = topic();
        if (schedule.cron() != null) {
            group.publishAt(topic.partition(0), protocol.codec.waiting(message, topic.partition(0)), schedule.firstMs());
            if (schedule.repeat() != 0) {
                sequence(group, message, topic, schedule.repeat() - (schedule.repeat() > 0 ? 1 : 0),
                        now + schedule.periodMs());
            }
        } else if (schedule.repeat() != 0) {
            sequence(group, message, topic, schedule.repeat() - (schedule.repeat() > 0 ? 1 : 0), now + schedule.periodMs());
        }
        return schedule.cron() != null || schedule.repeat() != 0;
    }

    private void sequence(AtomicGroup group, Message message, Topic topic, int left, long at)
            throws JMSException, IOException {
        Message next = message.copy();
        next.removeProperty(DeliverySchedule.DELAY);
        next.removeProperty(DeliverySchedule.CRON);
        next.setProperty(DeliverySchedule.REPEAT, left);
        group.publishAt(topic.partition(0), protocol.codec.waiting(next, topic.partition(0)), at);
    }

    @Override
    public void flush() {
        // published messages wake their own consumers
    }
}
