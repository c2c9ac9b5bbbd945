package io.posthorse.clustertest.load.jms;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Decision;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.load.Lane;
import io.posthorse.clustertest.load.Recorder;
import java.util.ArrayList;
import java.util.List;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TransactionRolledBackException;

/** Sends transactions of several messages; every fifth is rolled back. */
final class Bundles {
    private static final int SIZE = 4;

    private final Recorder recorder;
    private final Session session;
    private final MessageProducer producer;
    private final List<String> underWay = new ArrayList<>();

    Bundles(String url, Recorder recorder) throws JMSException {
        this.recorder = recorder;
        session = new Link(url, this::lost).connection().createSession(true, Session.SESSION_TRANSACTED);
        producer = session.createProducer(session.createQueue(JmsMain.BUNDLES));
    }

    /** The client sends the whole transaction again. */
    private void lost() {
        synchronized (underWay) {
            underWay.forEach(id -> recorder.add(new Event.Repeated(Recorder.now(), id)));
        }
    }

    Lane lane() {
        return new Lane("bundles", 50, this::send);
    }

    private void send(long number) throws JMSException {
        String bundle = "bundle" + number;
        try {
            for (int i = 0; i < SIZE; i++) {
                send(bundle, bundle + "-" + i);
            }
            end(bundle, number % 5 != 0);
        } catch (TransactionRolledBackException e) {
            if (!e.getMessage().contains("in doubt")) {
                recorder.add(new Event.Decided(Recorder.now(), bundle, Decision.ROLLED_BACK));
            }
        } catch (JMSException e) {
            System.out.println(bundle + " is in doubt: " + e);
            session.rollback();
        } finally {
            synchronized (underWay) {
                underWay.clear();
            }
        }
    }

    private void send(String bundle, String id) throws JMSException {
        byte[] body = Body.of(id, 100);
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        recorder.add(new Event.Sent(Recorder.now(), id, Place.somewhereIn(JmsMain.BUNDLES), "", Body.checksum(body),
                0, bundle));
        synchronized (underWay) {
            underWay.add(id);
        }
        producer.send(message);
    }

    private void end(String bundle, boolean commit) throws JMSException {
        if (!commit) {
            recorder.add(new Event.Decided(Recorder.now(), bundle, Decision.ROLLBACK_ASKED));
            session.rollback();
            return;
        }
        recorder.add(new Event.Decided(Recorder.now(), bundle, Decision.COMMIT_ASKED));
        session.commit();
        recorder.add(new Event.Decided(Recorder.now(), bundle, Decision.COMMITTED));
        synchronized (underWay) {
            underWay.forEach(recorder::owe);
        }
    }
}
