package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.broker.delivery.BrowsingConsumer;
import java.util.ArrayDeque;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;

/** A queue browser: shows the messages that wait in a queue, then an empty dispatch that marks the end. */
final class BrowserConsumer implements ClientConsumer, BrowsingConsumer.Reader {
    private final OpenwireProtocol protocol;
    private final ClientConnection client;
    private final ConsumerInfo info;
    private final JmsSelector selector;
    private final int prefetch;
    private final ArrayDeque<Place> places = new ArrayDeque<>();
    private BrowsingConsumer browsing;
    /** Destination under which the messages are shown; null for their own. */
    private ActiveMQDestination shownAs;
    private int shown;
    private int acknowledged;
    private boolean closed;
    /** Whether the next message is a large one that waits for memory. */
    private boolean waitsForRoom;

    /** A topic and subscription to browse; they are browsed one after the other. */
    private record Place(Topic topic, Subscription subscription, ActiveMQDestination shownAs) {}

    BrowserConsumer(OpenwireProtocol protocol, ClientConnection client, ConsumerInfo info, JmsSelector selector) {
        this.selector = selector;
        this.protocol = protocol;
        this.client = client;
        this.info = info;
        this.prefetch = Math.clamp(info.getPrefetchSize(), 1, OpenwireSettings.PREFETCH_MAX);
    }

    /** Adds the unsettled messages of a subscription to a topic, shown under a queue's name unless that is null. */
    void add(Topic topic, Subscription subscription, ActiveMQDestination queue) {
        places.add(new Place(topic, subscription, queue));
    }

    void begin() {
        if (places.isEmpty()) {
            client.session().afterTurn(this::endAll);
        } else {
            next();
        }
    }

    private void next() {
        Place place = places.poll();
        shownAs = place.shownAs;
        browsing = protocol.deliveries.browse(place.topic, place.subscription, selector, this);
    }

    @Override
    public ConsumerInfo info() {
        return info;
    }

    @Override
    public boolean takes() {
        return !closed && shown - acknowledged < prefetch && !waitsForRoom && client.session().isWritable();
    }

    @Override
    public boolean show(Partition partition, long offset, long position) {
        OutgoingDispatch found = protocol.messages.outgoing(position, shownAs);
        if (found == null || found.message().isExpired()) {
            return true;
        }
        if (found.isLarge() && !protocol.large.take(found.size(), this, client.session().holder())) {
            waitsForRoom = true;
            return false;
        }
        Message message = found.message();
        shown++;
        message.setRedeliveryCounter(0);
        MessageDispatch dispatch = new MessageDispatch();
        dispatch.setConsumerId(info.getConsumerId());
        dispatch.setDestination(message.getDestination());
        dispatch.setMessage(message);
        if (found.isLarge()) {
            client.session().sendLarge(dispatch, found.size());
        } else {
            client.session().send(dispatch);
        }
        return true;
    }

    @Override
    public void end() {
        if (places.isEmpty()) {
            endAll();
        } else if (!closed) {
            next();
        }
    }

    private void endAll() {
        if (closed) {
            return;
        }
        MessageDispatch nothing = new MessageDispatch();
        nothing.setConsumerId(info.getConsumerId());
        nothing.setDestination(info.getDestination());
        client.session().send(nothing);
        client.session().flush();
    }

    @Override
    public void flush() {
        client.session().flush();
    }

    @Override
    public void acknowledge(MessageAck ack, OpenTransaction unit) {
        acknowledged = Math.min(shown, acknowledged + Math.max(0, ack.getMessageCount()));
        wake();
    }

    @Override
    public void wake() {
        waitsForRoom = false;
        if (browsing != null) {
            browsing.wake();
        }
    }

    @Override
    public void close(long lastDelivered) {
        closed = true;
        protocol.large.forget(this);
        if (browsing != null) {
            browsing.stop();
        }
    }
}
