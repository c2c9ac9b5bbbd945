package io.posthorse.clustertest.load.jms;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import io.posthorse.clustertest.load.Recorder;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQSession;

/** Receives from a queue, and acknowledges each message by itself. */
final class Receiver extends Thread {
    private static final int WAIT_MS = 1_000;

    private final Recorder recorder;
    private final Link link;
    private final String queue;
    private final MessageConsumer consumer;

    Receiver(String url, String name, String queue, Recorder recorder) throws JMSException {
        super(name);
        setDaemon(true);
        this.recorder = recorder;
        this.queue = queue;
        link = new Link(url, () -> { });
        Session session = link.connection().createSession(false, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
        consumer = session.createConsumer(session.createQueue(queue));
    }

    @Override
    public void run() {
        while (true) {
            try {
                Message message = consumer.receive(WAIT_MS);
                if (message != null) {
                    received(message);
                }
            } catch (JMSException e) {
                System.out.println(getName() + ": " + e);
            }
        }
    }

    private void received(Message message) throws JMSException {
        long before = link.losses();
        byte[] body = new byte[0];
        if (message instanceof BytesMessage bytes) {
            body = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(body);
        }
        String id = Body.id(body);
        Place place = Place.somewhereIn(queue);
        recorder.add(new Event.Delivered(Recorder.now(), getName(), JmsMain.GROUP, Way.JMS, id, place, Event.NO_OFFSET,
                Body.checksum(body), message.getIntProperty("JMSXDeliveryCount") - 1));
        message.acknowledge();
        // where the connection was lost meanwhile, nobody knows whether this one or an earlier delivery was acknowledged
        if (link.losses() == before) {
            recorder.add(new Event.Settled(Recorder.now(), JmsMain.GROUP, id, place, Event.NO_OFFSET));
        }
    }
}
