package io.posthorse.protocol.openwire;

import io.posthorse.broker.Partition;
import io.posthorse.broker.delivery.Browse;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;

/** A queue browser: shows what waits in a queue, and then that there is nothing more. */
final class Looking implements Consumption, Browse.Reader {
    private final OpenwireProtocol protocol;
    private final ClientConnection client;
    private final ConsumerInfo info;
    private final int prefetch;
    private Browse browse;
    private int shown;
    private int acknowledged;
    private boolean closed;

    Looking(OpenwireProtocol protocol, ClientConnection client, ConsumerInfo info) {
        this.protocol = protocol;
        this.client = client;
        this.info = info;
        this.prefetch = Math.clamp(info.getPrefetchSize(), 1, OpenwireSettings.PREFETCH_MAX);
    }

    void begin(Browse begun) {
        browse = begun;
    }

    @Override
    public ConsumerInfo info() {
        return info;
    }

    @Override
    public boolean takes() {
        return !closed && shown - acknowledged < prefetch && client.session().isWritable();
    }

    @Override
    public void show(Partition partition, long offset, long position) {
        Message message = protocol.messages.at(position);
        if (message == null || message.isExpired()) {
            return;
        }
        shown++;
        message.setRedeliveryCounter(0);
        MessageDispatch dispatch = new MessageDispatch();
        dispatch.setConsumerId(info.getConsumerId());
        dispatch.setDestination(message.getDestination());
        dispatch.setMessage(message);
        client.session().send(dispatch);
    }

    @Override
    public void end() {
        MessageDispatch nothing = new MessageDispatch();
        nothing.setConsumerId(info.getConsumerId());
        nothing.setDestination(info.getDestination());
        client.session().send(nothing);
    }

    @Override
    public void flush() {
        client.session().flush();
    }

    @Override
    public void acknowledge(MessageAck ack, Unit unit) {
        acknowledged = Math.min(shown, acknowledged + Math.max(0, ack.getMessageCount()));
        wake();
    }

    @Override
    public void wake() {
        if (browse != null) {
            browse.wake();
        }
    }

    @Override
    public void close(long lastDelivered) {
        closed = true;
        if (browse != null) {
            browse.stop();
        }
    }
}
