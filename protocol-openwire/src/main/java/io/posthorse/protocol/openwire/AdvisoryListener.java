package io.posthorse.protocol.openwire;

import org.apache.activemq.advisory.AdvisorySupport;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.filter.DestinationFilter;

/** A consumer of advisories. An advisory that it cannot take in time is dropped. */
final class AdvisoryListener implements ClientConsumer {
    private final Advisories advisories;
    private final ClientConnection client;
    private final ConsumerInfo info;
    private final DestinationFilter filter;
    private boolean closed;

    AdvisoryListener(Advisories advisories, ClientConnection client, ConsumerInfo info) {
        this.advisories = advisories;
        this.client = client;
        this.info = info;
        this.filter = DestinationFilter.parseFilter(info.getDestination());
    }

    ClientConnection client() {
        return client;
    }

    /** Returns whether it listens only to temporary destinations. */
    boolean isOfTemporary() {
        return JmsDestinations.parts(info.getDestination()).stream().allMatch(part ->
                part.equals(AdvisorySupport.TEMP_QUEUE_ADVISORY_TOPIC)
                        || part.equals(AdvisorySupport.TEMP_TOPIC_ADVISORY_TOPIC));
    }

    boolean isClosed() {
        return closed;
    }

    /** Returns whether it listens to advisories of a kind. */
    boolean wants(ActiveMQTopic kind) {
        return filter.matches(kind);
    }

    boolean wants(ActiveMQTopic topic, ActiveMQDestination about) {
        return filter.matches(topic) && client.mayKnow(about);
    }

    /**
     * @param always whether a slow client gets it too: without it, the client could not answer to a temporary destination
     */
    void tell(ActiveMQMessage message, boolean always) {
        if (always || client.session().isWritable()) {
            MessageDispatch dispatch = new MessageDispatch();
            dispatch.setConsumerId(info.getConsumerId());
            dispatch.setDestination(message.getDestination());
            dispatch.setMessage(message);
            client.session().send(dispatch);
            client.session().flush();
        }
    }

    @Override
    public ConsumerInfo info() {
        return info;
    }

    @Override
    public void acknowledge(MessageAck ack, OpenTransaction unit) {
        // advisories need no acknowledgement
    }

    @Override
    public void close(long lastDelivered) {
        closed = true;
        advisories.forget(this);
    }
}
