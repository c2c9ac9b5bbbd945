package io.posthorse.protocol.openwire;

import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.Message;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Topic;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ResourceAllocationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQDestination;

/** The publisher of clients' messages: stores them at once, at a time, or with the commit of a transaction. */
final class Publisher {
    private final OpenwireProtocol protocol;
    private int next;

    Publisher(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Publishes a client's message.
     *
     * @param unit transaction that it is part of; null for none
     */
    void publish(ClientConnection client, org.apache.activemq.command.Message message, OpenTransaction unit)
            throws JMSException, IOException {
        ActiveMQDestination destination = message.getDestination();
        if (destination == null || message.getMessageId() == null || message.getMessageId().getProducerId() == null) {
            throw new MessageFormatException("The message has no destination or no id.");
        }
        if (AdvisorySupport.isAdvisoryTopic(destination)) {
            return; // the broker's own advisories are not stored either
        }
        requireReadable(message);
        message.setTransactionId(null);
        message.setBrokerInTime(protocol.clock.wallMs());
        message.setTargetConsumerId(null);
        DeliverySchedule schedule = DeliverySchedule.of(message, protocol.clock.wallMs());
        if (unit == null && client.mayRepeat()) {
            if (isStored(client, message, destination, schedule)) {
                return;
            }
            client.repeatsNoMore();
        }
        if (schedule.firstMs() > 0 && message.getExpiration() > 0) { // the time to live begins with the delivery
            message.setExpiration(message.getExpiration() + schedule.firstMs() - message.getBrokerInTime());
        }
        if (!schedule.repeats() && DeliverySchedule.isAsked(message)) {
            DeliverySchedule.delivered(message, message.getMessageId().toString()); // no consumer sees it before
        }
        List<Stored> all = new ArrayList<>();
        for (ActiveMQDestination part : JmsDestinations.parts(destination)) {
            for (Topic topic : topics(client, part)) {
                message.setDestination(JmsNames.destination(topic.name()));
                message.setOriginalDestination(destination.isComposite() ? destination : message.getOriginalDestination());
                all.add(store(message, topic, schedule));
            }
        }
        requireRoom(all);
        if (unit == null) {
            publish(all);
        } else {
            unit.admit(all.size(), all.stream().mapToLong(entry -> entry.message.length()).sum());
            all.forEach(entry -> unit.publish(entry.partition, entry.message, entry.dueMs));
        }
    }

    /** Requires properties that can be decoded. They are evaluated here; the body concerns only its readers. */
    static void requireReadable(org.apache.activemq.command.Message message) throws JMSException {
        try {
            message.getProperties();
        } catch (IOException | RuntimeException e) {
            throw new MessageFormatException("The properties of the message cannot be read: " + e);
        }
    }

    private record Stored(Partition partition, Message message, long dueMs) {}

    private List<Topic> topics(ClientConnection client, ActiveMQDestination part) throws JMSException {
        if (JmsDestinations.isPattern(part)) {
            List<Topic> found = protocol.destinations.matching(part);
            for (Topic topic : found) {
                client.access().requireSend(topic.name());
                requireWritable(topic);
                if (part.isQueue()) {
                    protocol.destinations.promise(topic);
                }
            }
            return found;
        }
        if (!part.isTemporary()) { // every client that is given the name of a temporary destination may answer there
            client.access().requireSend(JmsNames.topic(part));
        }
        Topic topic = protocol.destinations.topic(part, client.session().holder());
        requireWritable(topic);
        if (part.isQueue()) {
            protocol.destinations.promise(topic);
        }
        return List.of(topic);
    }

    private static void requireWritable(Topic topic) throws JMSException {
        if (!topic.settings().isWritable()) {
            throw new InvalidDestinationException("The topic " + topic.name() + " cannot be written: its permissions do not"
                    + " allow writing.");
        }
    }

    private Stored store(org.apache.activemq.command.Message message, Topic topic, DeliverySchedule schedule)
            throws JMSException,
            IOException {
        if (schedule.repeats()) {
            Topic repeats = protocol.repeats.topic();
            Partition waiting = repeats.partition(0);
            return new Stored(waiting, protocol.codec.waiting(message, waiting), schedule.firstMs());
        }
        Partition partition = partition(message, topic);
        return new Stored(partition, protocol.codec.stored(message, partition), schedule.firstMs());
    }

    /** Returns the partition of a message: one for each group; other messages take turns. */
    private Partition partition(org.apache.activemq.command.Message message, Topic topic) {
        int count = Math.max(1, Math.min(topic.settings().writePartitions(), topic.size()));
        int number = message.getGroupID() == null ? next++ : message.getGroupID().hashCode();
        return topic.partition(Math.floorMod(number, count));
    }

    /**
     * Returns whether an earlier connection of the client stored the message without receiving the answer. Creates no
     * destination, since the call may be repeated after a lookup.
     *
     * @throws io.posthorse.broker.NotResidentException where a lookup on the disk is needed first
     */
    private boolean isStored(
            ClientConnection client, org.apache.activemq.command.Message message, ActiveMQDestination destination,
            DeliverySchedule schedule) throws JMSException {
        for (ActiveMQDestination part : JmsDestinations.parts(destination)) {
            Topic topic = JmsDestinations.isPattern(part)
                    ? protocol.destinations.matching(part).stream().findFirst().orElse(null)
                    : protocol.destinations.known(part);
            if (topic != null && !part.isTemporary()) {
                client.access().requireSend(topic.name());
            }
            Topic stored = topic == null || !schedule.repeats() ? topic : protocol.repeats.known();
            if (topic != null) { // one part tells for all
                return stored != null && protocol.broker.originals().hasId(stored, message.getMessageId().toString());
            }
        }
        return false;
    }

    private void requireRoom(List<Stored> all) throws JMSException {
        for (Stored entry : all) {
            if (entry.dueMs > 0 && !protocol.broker.delayed().hasRoom()) {
                throw new ResourceAllocationException("The maximum number of delayed messages (delayed.max) is reached.");
            }
        }
    }

    private void publish(List<Stored> all) throws JMSException {
        protocol.shard.turn();
        AtomicGroup group = protocol.broker.group();
        all.forEach(entry -> group.publishAt(entry.partition, entry.message, entry.dueMs));
        JmsExceptions.throwUnless(group.commit());
    }
}
