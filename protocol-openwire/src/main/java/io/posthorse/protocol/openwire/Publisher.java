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

/** Stores what clients send: at once, at a time, or with the commit of a transaction. */
final class Publisher {
    private final OpenwireProtocol protocol;
    private int next;

    Publisher(OpenwireProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * Takes a message of a client.
     *
     * @param unit the transaction that it is part of; null for none
     */
    void publish(ClientConnection client, org.apache.activemq.command.Message message, OpenTransaction unit)
            throws JMSException, IOException {
        ActiveMQDestination destination = message.getDestination();
        if (destination == null || message.getMessageId() == null || message.getMessageId().getProducerId() == null) {
            throw new MessageFormatException("A message without a destination, or without an id, is refused.");
        }
        if (AdvisorySupport.isAdvisoryTopic(destination)) {
            return; // what the broker itself tells there is not stored either
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
        if (schedule.firstMs() > 0 && message.getExpiration() > 0) { // its time begins when it is delivered
            message.setExpiration(message.getExpiration() + schedule.firstMs() - message.getBrokerInTime());
        }
        if (!schedule.repeats() && DeliverySchedule.isAsked(message)) {
            DeliverySchedule.delivered(message, message.getMessageId().toString()); // nobody sees it before
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
            unit.admit(all.size(), all.stream().mapToLong(one -> one.message.length()).sum());
            all.forEach(one -> unit.publish(one.to, one.message, one.dueMs));
        }
    }

    /** Bodies are their readers' business; properties are looked at here, so they must make sense. */
    static void requireReadable(org.apache.activemq.command.Message message) throws JMSException {
        try {
            message.getProperties();
        } catch (IOException | RuntimeException e) {
            throw new MessageFormatException("The properties of the message cannot be read: " + e);
        }
    }

    private record Stored(Partition to, Message message, long dueMs) {}

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
        if (!part.isTemporary()) { // whoever is given the name of a temporary one may answer there
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
            throw new InvalidDestinationException("The topic " + topic.name() + " does not take messages: its permissions"
                    + " allow no writing.");
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
        Partition to = partition(message, topic);
        return new Stored(to, protocol.codec.stored(message, to), schedule.firstMs());
    }

    /** Messages of a group go to one partition, others to one after the other. */
    private Partition partition(org.apache.activemq.command.Message message, Topic topic) {
        int count = Math.max(1, Math.min(topic.settings().writePartitions(), topic.size()));
        int number = message.getGroupID() == null ? next++ : message.getGroupID().hashCode();
        return topic.partition(Math.floorMod(number, count));
    }

    /**
     * Whether the message was stored by an earlier connection of the client, which did not hear of it. Makes no destination:
     * it may have to be looked up, and then this is asked once more.
     *
     * @throws io.posthorse.broker.NotResidentException where that has to be looked up first
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
            if (topic != null) { // what is in one part is in all
                return stored != null && protocol.broker.originals().hasId(stored, message.getMessageId().toString());
            }
        }
        return false;
    }

    private void requireRoom(List<Stored> all) throws JMSException {
        for (Stored one : all) {
            if (one.dueMs > 0 && !protocol.broker.delayed().hasRoom()) {
                throw new ResourceAllocationException("As many messages wait for their time as delayed.max allows.");
            }
        }
    }

    private void publish(List<Stored> all) throws JMSException {
        protocol.shard.turn();
        AtomicGroup group = protocol.broker.group();
        all.forEach(one -> group.publishAt(one.to, one.message, one.dueMs));
        JmsExceptions.throwUnless(group.commit());
    }
}
