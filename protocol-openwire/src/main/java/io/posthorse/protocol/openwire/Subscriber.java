package io.posthorse.protocol.openwire;

import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.Consumer;
import io.posthorse.broker.delivery.Credit;
import io.posthorse.broker.delivery.Delivery;
import io.posthorse.broker.delivery.Feed;
import io.posthorse.broker.delivery.Receiver;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.MessagePull;
import org.apache.activemq.command.RemoveInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer of a client: its unacknowledged messages, in order of delivery, and its credit. It is attached to several
 * feeds where its destination is composite or a pattern.
 */
final class Subscriber implements Receiver, ClientConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);

    private static final int SMALL = 64;

    private final OpenwireProtocol protocol;
    private final ClientConnection client;
    private final ConsumerInfo info;
    private final Credit credit;
    private final byte[] encodedId;
    private final List<Consumer> attached = new ArrayList<>(1);
    private final TreeMap<Long, Held> held = new TreeMap<>();
    private Map<OutgoingDispatch.Key, Held> byMessage = new HashMap<>();
    private final List<Runnable> onClose = new ArrayList<>(1);
    private final Set<String> followed = new HashSet<>(2);
    /** Pending requests for messages; null before the first one. */
    private ConsumerPulls pulls;
    /** Cursors of this consumer alone, in memory; null before the first one. */
    private Subscription ownCursor;
    /** Maximum number of messages that it has held since it held none. */
    private int heldMost;

    private int prefetch;
    /** Messages that the client has delivered to its listener, so that it may have as many more. */
    private int extension;

    private long sequence;
    private boolean closed;
    /** Whether it waits until others have received their large messages. */
    private boolean waitsForRoom;

    /** A message that the client holds, with its number among all that were delivered to this consumer. */
    record Held(long number, OutgoingDispatch.Key key, Delivery delivery) {}

    Subscriber(OpenwireProtocol protocol, ClientConnection client, ConsumerInfo info) {
        this.protocol = protocol;
        this.client = client;
        this.info = info;
        this.prefetch = Math.clamp(info.getPrefetchSize(), 0, OpenwireSettings.PREFETCH_MAX);
        this.credit = new Credit(prefetch);
        this.encodedId = encoded(protocol.codec, info);
    }

    private static byte[] encoded(MessageCodec codec, ConsumerInfo info) {
        try {
            return codec.nested(info.getConsumerId());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it was decoded from bytes before
        }
    }

    @Override
    public ConsumerInfo info() {
        return info;
    }

    /** Returns the subscription of this consumer alone, in memory. */
    Subscription ownCursor() {
        if (ownCursor == null) {
            ownCursor = Subscription.inMemory(info.getConsumerId().toString());
        }
        return ownCursor;
    }

    /** Attaches it to a feed, once: it is also told of topics that it has created itself. */
    void attach(Feed feed, JmsSelector selector) {
        if (attached.stream().anyMatch(consumer -> consumer.isAttachedTo(feed))) {
            return;
        }
        Consumer consumer = new Consumer(
                new Consumer.Wish(selector, info.getPriority(), info.isExclusive()), credit, this);
        attached.removeIf(Consumer::detachFromDeleted);
        attached.add(consumer);
        feed.attach(consumer);
    }

    // ---- handing out

    @Override
    public boolean isReady() {
        return !closed && !waitsForRoom && client.session().isWritable();
    }

    @Override
    public void receive(Delivery delivery) {
        OutgoingDispatch message =
                protocol.messages.outgoing(delivery.position(), protocol.virtual.shownAs(delivery.feed()));
        if (message == null) {
            delivery.feed().settle(List.of(delivery)); // it is damaged or deleted
            updateCredit();
            return;
        }
        if (message.isLarge() && !protocol.large.take(message.size(), this, client.session().holder())) {
            waitsForRoom = true;
            delivery.feed().release(delivery, false);
            updateCredit();
            return;
        }
        if (message.message().getReplyTo() != null && message.message().getReplyTo().isTemporary()) {
            protocol.advisories.catchUp(client);
        }
        long number = ++sequence;
        client.session().send(message, info.getConsumerId(), encodedId, new OutgoingDispatch.Circumstances(
                delivery.position(), delivery.before(), delivery.isFirstOfGroup(), protocol.broker.now()));
        keep(new Held(number, message.key(), delivery)); // it is held only once it is written
        if (prefetch == 0 && pulls != null) {
            pulls.answered();
        }
    }

    @Override
    public void flush() {
        client.session().flush();
    }

    private void keep(Held entry) {
        held.put(entry.number, entry);
        byMessage.put(entry.key, entry);
        heldMost = Math.max(heldMost, held.size());
    }

    private void updateCredit() {
        credit.set(prefetch == 0 ? openPulls() : prefetch + extension - held.size());
    }

    /** Continues after messages were released: where the credit was exhausted, takes more messages. */
    private void continueAfterRelease() {
        if (credit.left() > 0) {
            updateCredit(); // no message waits for credit
        } else {
            wake();
        }
    }

    /** Calculates the credit anew, and takes the messages that are available. */
    @Override
    public void wake() {
        waitsForRoom = false;
        updateCredit();
        if (credit.left() > 0) {
            attached.forEach(c -> {
                if (c.isAttached()) {
                    c.wake();
                }
            });
        }
    }

    @Override
    public void prefetch(int changed) {
        prefetch = Math.clamp(changed, 0, OpenwireSettings.PREFETCH_MAX);
        wake();
    }

    @Override
    public void pull(MessagePull pull) {
        if (prefetch > 0) {
            return; // messages are sent without requests
        }
        pulls = pulls == null ? new ConsumerPulls(protocol.timers, this::pullEnded) : pulls;
        pulls.begin(pull.getTimeout());
        wake();
        client.session().afterTurn(() -> pulls.endAtOnce(pull.getTimeout()));
    }

    private int openPulls() {
        return pulls == null ? 0 : pulls.open();
    }

    private void pullEnded() {
        MessageDispatch nothing = new MessageDispatch();
        nothing.setConsumerId(info.getConsumerId());
        nothing.setDestination(info.getDestination());
        client.session().send(nothing);
        client.session().flush();
        wake();
    }

    // ---- acknowledgement

    @Override
    public void acknowledge(MessageAck ack, OpenTransaction unit) throws JMSException {
        List<Held> acknowledged = acknowledged(ack, unit);
        switch (ack.getAckType()) {
            case MessageAck.DELIVERED_ACK_TYPE -> extension = Math.max(extension, deliveredCount(acknowledged));
            case MessageAck.STANDARD_ACK_TYPE, MessageAck.INDIVIDUAL_ACK_TYPE, MessageAck.UNMATCHED_ACK_TYPE -> {
                if (unit == null) {
                    settle(acknowledged);
                } else {
                    settle(acknowledged, unit);
                }
            }
            case MessageAck.REDELIVERED_ACK_TYPE -> acknowledged.forEach(h -> h.delivery.countAgain());
            case MessageAck.POISON_ACK_TYPE -> {
                requireResident(acknowledged);
                String cause = ack.getPoisonCause() == null ? "the client rejected it" : ack.getPoisonCause().toString();
                for (Held entry : acknowledged) {
                    bury(entry, protocol.deadLetters.poison(entry.delivery, cause));
                }
            }
            case MessageAck.EXPIRED_ACK_TYPE -> {
                requireResident(acknowledged);
                for (Held entry : acknowledged) {
                    bury(entry, protocol.deadLetters.expired(entry.delivery));
                }
            }
            default -> throw new JMSException("The acknowledgement type " + ack.getAckType() + " is unknown.");
        }
        continueAfterRelease();
    }

    /** Requires the messages in memory: dead letters are copies of them. */
    private void requireResident(List<Held> acknowledged) {
        protocol.broker.resident().require(acknowledged.stream().map(entry -> entry.delivery)
                .filter(delivery -> delivery.traits().persistent()).mapToLong(Delivery::position).toArray());
    }

    /** Returns the number of held messages from the oldest to the newest acknowledged one. */
    private int deliveredCount(List<Held> acknowledged) {
        return acknowledged.isEmpty() ? 0 : held.headMap(acknowledged.getLast().number, true).size();
    }

    private List<Held> acknowledged(MessageAck ack, OpenTransaction unit) throws JMSException {
        Held last = byMessage.get(new OutgoingDispatch.Key(ack.getLastMessageId(), ack.getDestination()));
        if (last == null) {
            if (client.info().isFailoverReconnect()) {
                if (unit != null && !ack.isDeliveredAck()) {
                    unit.failed("it acknowledges " + ack.getLastMessageId() + ", which was delivered before the connection"
                            + " was lost, and not since");
                }
                return List.of(); // delivered by the last connection: it is delivered again
            }
            throw new JMSException("Unmatched acknowledge: " + ack + "; Could not find Message-ID " + ack.getLastMessageId()
                    + " in dispatched-list (end of ack)");
        }
        if (ack.getAckType() == MessageAck.INDIVIDUAL_ACK_TYPE) {
            return List.of(last);
        }
        if (held.firstKey() == last.number) {
            return List.of(last);
        }
        Held first = ack.getFirstMessageId() == null
                ? null
                : byMessage.get(new OutgoingDispatch.Key(ack.getFirstMessageId(), ack.getDestination()));
        boolean hasUnknownBegin = first == null && ack.getFirstMessageId() != null;
        boolean buries = ack.isPoisonAck() || ack.isExpiredAck() || ack.isRedeliveredAck();
        if (hasUnknownBegin && !ack.isDeliveredAck() && (buries || client.info().isFailoverReconnect())) {
            extension = Math.max(extension, deliveredCount(List.of(last))); // the client may have as many more
            return List.of(last); // the application need not have seen those before it
        }
        long from = first == null ? 0 : first.number;
        return new ArrayList<>(held.subMap(Math.min(from, last.number), true, last.number, true).values());
    }

    private void settle(List<Held> acknowledged) throws JMSException {
        Map<Feed, List<Delivery>> byFeed = new HashMap<>();
        acknowledged.forEach(h -> byFeed.computeIfAbsent(h.delivery.feed(), f -> new ArrayList<>()).add(h.delivery));
        protocol.shard.turn();
        for (Map.Entry<Feed, List<Delivery>> entry : byFeed.entrySet()) {
            if (!entry.getKey().settle(entry.getValue())) {
                throw JmsExceptions.full(io.posthorse.broker.Admission.DISK_FULL);
            }
        }
        acknowledged.forEach(this::forget);
    }

    private void settle(List<Held> acknowledged, OpenTransaction unit) throws JMSException {
        for (Held entry : acknowledged) {
            unit.acknowledge(this, entry);
            forget(entry);
        }
    }

    private void bury(Held entry, boolean done) throws JMSException {
        if (!done) {
            throw new ResourceAllocationException("The message could not be moved to the dead-letter queue, and stays"
                    + " where it is. See the server log.");
        }
        forget(entry);
    }

    private void forget(Held entry) {
        if (held.remove(entry.number) != null) {
            byMessage.remove(entry.key);
            extension = Math.max(0, extension - 1);
        }
        if (held.isEmpty()) {
            if (heldMost > SMALL) {
                byMessage = new HashMap<>(); // releases a large table
            }
            heldMost = 0;
        }
    }

    boolean isOpen() {
        return !closed;
    }

    /** Returns a message after a rollback: the client itself delivers it again. */
    void takeBack(Held entry) {
        if (closed) {
            entry.delivery.feed().release(entry.delivery, true);
        } else {
            keep(entry);
            extension++;
            wake();
        }
    }

    // ---- end

    @Override
    public void close(long lastDelivered) {
        closed = true;
        protocol.large.forget(this);
        if (pulls != null) {
            pulls.close();
        }
        protocol.shard.turn();
        long last = lastDelivered == RemoveInfo.LAST_DELIVERED_UNKNOWN ? 0 : numberOf(lastDelivered);
        for (Held entry : held.values()) {
            if (lastDelivered == RemoveInfo.LAST_DELIVERED_UNKNOWN) {
                entry.delivery.feed().releaseLost(entry.delivery);
            } else {
                entry.delivery.feed().release(entry.delivery, entry.number <= last);
            }
        }
        held.clear();
        byMessage.clear();
        attached.forEach(Consumer::detach);
        onClose.forEach(Runnable::run);
    }

    /**
     * Returns the number of the message that the client delivered last, 0 where this consumer does not hold it: a session or
     * connection that closes reports only the greatest position of all its consumers.
     */
    private long numberOf(long position) {
        return held.values().stream().filter(h -> h.delivery.position() == position).mapToLong(Held::number).findFirst()
                .orElse(0);
    }

    @Override
    public int inHands() {
        return held.size();
    }

    /** Notes that it follows the topics of a subscription; returns false where it does already. */
    boolean follows(String subscription) {
        return followed.add(subscription);
    }

    /** Registers an action for its closing. */
    void onClose(Runnable action) {
        onClose.add(action);
    }

    /** Reports a topic that matches its pattern and is not delivered to it. */
    void leftOut(Topic topic, Exception why) {
        LOG.warn("The consumer {} does not get the messages of {}: {}",
                info.getConsumerId(), topic.name(), why.getMessage());
    }
}
