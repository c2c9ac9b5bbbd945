package io.posthorse.clustertest.load.jms;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.load.Lane;
import io.posthorse.clustertest.load.Recorder;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;

/** Sends to a queue, each message answered before the next. */
final class Letters {
    private final Recorder recorder;
    private final Session session;
    private final MessageProducer producer;
    private final Link link;
    private volatile String underWay;

    Letters(String url, Recorder recorder) throws JMSException {
        this.recorder = recorder;
        link = new Link(url, this::lost);
        session = link.connection().createSession(false, Session.AUTO_ACKNOWLEDGE);
        producer = session.createProducer(session.createQueue(JmsMain.LETTERS));
    }

    /** The client sends again what was not answered when the connection was lost. */
    private void lost() {
        String id = underWay;
        if (id != null) {
            recorder.add(new Event.Repeated(Recorder.now(), id));
        }
    }

    Lane lane() {
        return new Lane("letters", 15, this::send);
    }

    private void send(long number) throws JMSException {
        String id = "letter" + number;
        byte[] body = Body.of(id, 300);
        Place place = Place.somewhereIn(JmsMain.LETTERS);
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        recorder.add(new Event.Sent(Recorder.now(), id, place, "", Body.checksum(body), 0, ""));
        underWay = id;
        try {
            producer.send(message);
            recorder.add(new Event.Acknowledged(Recorder.now(), id, place, Event.NO_OFFSET));
            recorder.owe(id);
        } catch (JMSException e) {
            // a refusal cannot be told from a doubt here
            recorder.add(new Event.Doubtful(Recorder.now(), id, e.toString()));
        } finally {
            underWay = null;
        }
    }
}
