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
 * One consumer of a client: what it was handed and has not acknowledged, in the order in which it was handed, and how much
 * more it takes. It may be attached to several feeds, where its destination is composite or a pattern.
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
    /** Null before the first one. */
    private ConsumerPulls pulls;
    /** What it has seen of topics; null before the first one. */
    private Subscription ownCursor;
    /** The most that it has held since it held nothing. */
    private int heldMost;

    private int prefetch;
    /** Messages that the client has passed on already, so that it may have so many more. */
    private int extension;

    private long sequence;
    private boolean closed;
    /** Whether it has to wait until others have taken their large messages. */
    private boolean waitsForRoom;

    /** A message in the client's hands, and its number among all that were handed to this consumer. */
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
            throw new UncheckedIOException(e); // it was read from bytes a moment ago
        }
    }

    @Override
    public ConsumerInfo info() {
        return info;
    }

    /** The subscription of this consumer alone, in memory. */
    Subscription ownCursor() {
        if (ownCursor == null) {
            ownCursor = Subscription.inMemory(info.getConsumerId().toString());
        }
        return ownCursor;
    }

    /** Attaches it to a feed, once: it hears of the creation of a topic, too, that it has created itself. */
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
            delivery.feed().settle(List.of(delivery)); // it is damaged, or gone
            reckon();
            return;
        }
        if (message.isLarge() && !protocol.large.take(message.size(), this, client.session().holder())) {
            waitsForRoom = true;
            delivery.feed().release(delivery, false);
            reckon();
            return;
        }
        if (message.message().getReplyTo() != null && message.message().getReplyTo().isTemporary()) {
            protocol.advisories.catchUp(client);
        }
        long number = ++sequence;
        client.session().send(message, info.getConsumerId(), encodedId, new OutgoingDispatch.Circumstances(
                number, delivery.before(), delivery.isFirstOfGroup(), protocol.broker.now()));
        keep(new Held(number, message.key(), delivery)); // what cannot be sent is not in its hands
        if (prefetch == 0 && pulls != null) {
            pulls.answered();
        }
    }

    @Override
    public void flush() {
        client.session().flush();
    }

    private void keep(Held one) {
        held.put(one.number, one);
        byMessage.put(one.key, one);
        heldMost = Math.max(heldMost, held.size());
    }

    private void reckon() {
        credit.set(prefetch == 0 ? openPulls() : prefetch + extension - held.size());
    }

    /** It holds less than before; where it was full, see whether there is something. */
    private void relieved() {
        if (credit.left() > 0) {
            reckon(); // nothing waits for it
        } else {
            wake();
        }
    }

    /** Reckons anew how much it takes, and sees whether there is something. */
    @Override
    public void wake() {
        waitsForRoom = false;
        reckon();
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
            return; // messages come by themselves
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
        List<Held> meant = meant(ack, unit);
        switch (ack.getAckType()) {
            case MessageAck.DELIVERED_ACK_TYPE -> extension = Math.max(extension, passedOn(meant));
            case MessageAck.STANDARD_ACK_TYPE, MessageAck.INDIVIDUAL_ACK_TYPE, MessageAck.UNMATCHED_ACK_TYPE -> {
                if (unit == null) {
                    settle(meant);
                } else {
                    settle(meant, unit);
                }
            }
            case MessageAck.REDELIVERED_ACK_TYPE -> meant.forEach(h -> h.delivery.countAgain());
            case MessageAck.POISON_ACK_TYPE -> {
                requireResident(meant);
                String cause = ack.getPoisonCause() == null ? "the client gave it up" : ack.getPoisonCause().toString();
                for (Held one : meant) {
                    bury(one, protocol.deadLetters.poison(one.delivery, cause));
                }
            }
            case MessageAck.EXPIRED_ACK_TYPE -> {
                requireResident(meant);
                for (Held one : meant) {
                    bury(one, protocol.deadLetters.expired(one.delivery));
                }
            }
            default -> throw new JMSException("Acknowledgements of type " + ack.getAckType() + " are unknown.");
        }
        relieved();
    }

    /** Dead letters are copies, so what they are made of is read first. */
    private void requireResident(List<Held> meant) {
        protocol.broker.resident().require(meant.stream().map(one -> one.delivery)
                .filter(delivery -> delivery.traits().persistent()).mapToLong(Delivery::position).toArray());
    }

    /** How many of what it holds, from the oldest on, reach to the newest that is meant. */
    private int passedOn(List<Held> meant) {
        return meant.isEmpty() ? 0 : held.headMap(meant.getLast().number, true).size();
    }

    private List<Held> meant(MessageAck ack, OpenTransaction unit) throws JMSException {
        Held last = byMessage.get(new OutgoingDispatch.Key(ack.getLastMessageId(), ack.getDestination()));
        if (last == null) {
            if (client.info().isFailoverReconnect()) {
                if (unit != null && !ack.isDeliveredAck()) {
                    unit.failed("It acknowledges " + ack.getLastMessageId() + ", which was handed out before the connection"
                            + " was lost, and not since.");
                }
                return List.of(); // handed out by the connection before: it is handed out again
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
        long from = first == null ? 0 : first.number;
        return new ArrayList<>(held.subMap(Math.min(from, last.number), true, last.number, true).values());
    }

    private void settle(List<Held> meant) throws JMSException {
        Map<Feed, List<Delivery>> byFeed = new HashMap<>();
        meant.forEach(h -> byFeed.computeIfAbsent(h.delivery.feed(), f -> new ArrayList<>()).add(h.delivery));
        protocol.shard.turn();
        for (Map.Entry<Feed, List<Delivery>> entry : byFeed.entrySet()) {
            if (!entry.getKey().settle(entry.getValue())) {
                throw JmsExceptions.full(io.posthorse.broker.Admission.DISK_FULL);
            }
        }
        meant.forEach(this::forget);
    }

    private void settle(List<Held> meant, OpenTransaction unit) throws JMSException {
        for (Held one : meant) {
            unit.acknowledge(this, one);
            forget(one);
        }
    }

    private void bury(Held one, boolean done) throws JMSException {
        if (!done) {
            throw new ResourceAllocationException("The message could not be moved to the queue for dead letters, and stays"
                    + " where it is. The broker's log says why.");
        }
        forget(one);
    }

    private void forget(Held one) {
        if (held.remove(one.number) != null) {
            byMessage.remove(one.key);
            extension = Math.max(0, extension - 1);
        }
        if (held.isEmpty()) {
            if (heldMost > SMALL) {
                byMessage = new HashMap<>(); // the table of many is not kept for few
            }
            heldMost = 0;
        }
    }

    boolean isOpen() {
        return !closed;
    }

    /** A transaction was rolled back: the client hands the message out itself once more. */
    void takeBack(Held one) {
        if (closed) {
            one.delivery.feed().release(one.delivery, true);
        } else {
            keep(one);
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
        for (Held one : held.values()) {
            boolean had = lastDelivered == RemoveInfo.LAST_DELIVERED_UNKNOWN
                    || lastDelivered > RemoveInfo.LAST_DELIVERED_UNSET && one.number <= lastDelivered;
            one.delivery.feed().release(one.delivery, had);
        }
        held.clear();
        byMessage.clear();
        attached.forEach(Consumer::detach);
        onClose.forEach(Runnable::run);
    }

    @Override
    public int inHands() {
        return held.size();
    }

    /** Whether it follows a subscription's topics from now on; false where it does already. */
    boolean follows(String subscription) {
        return followed.add(subscription);
    }

    /** Has something done when it is closed. */
    void onClose(Runnable action) {
        onClose.add(action);
    }

    /** A topic that its pattern fits is left out. */
    void leftOut(Topic topic, Exception why) {
        LOG.warn("{} does not get the messages of {}: {}", info.getConsumerId(), topic.name(), why.getMessage());
    }
}
