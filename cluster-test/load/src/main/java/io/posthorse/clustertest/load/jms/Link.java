package io.posthorse.clustertest.load.jms;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import javax.jms.JMSException;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.transport.TransportListener;

/** A connection that comes back by itself, and counts how often it was lost. */
final class Link implements TransportListener {
    private final ActiveMQConnection connection;
    private final AtomicLong losses = new AtomicLong();
    private final Runnable onLoss;

    Link(String url, Runnable onLoss) throws JMSException {
        this.onLoss = onLoss;
        connection = (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection();
        connection.addTransportListener(this);
        connection.start();
    }

    ActiveMQConnection connection() {
        return connection;
    }

    long losses() {
        return losses.get();
    }

    @Override
    public void transportInterupted() {
        losses.incrementAndGet();
        onLoss.run();
    }

    @Override
    public void transportResumed() {
        // what was open is sent again by itself
    }

    @Override
    public void onCommand(Object command) {
        // the client handles it
    }

    @Override
    public void onException(IOException error) {
        // the client handles it
    }
}
