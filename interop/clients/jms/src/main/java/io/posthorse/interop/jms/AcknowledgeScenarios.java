package io.posthorse.interop.jms;

import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;

/** Acknowledgement modes, and redelivery without an acknowledgement. */
final class AcknowledgeScenarios {

    private AcknowledgeScenarios() {
    }

    static void transacted(Stage stage) throws Exception {
        ActiveMQQueue queue = stage.queue("q");
        ActiveMQSession transacted = stage.session(ActiveMQSession.SESSION_TRANSACTED);
        ActiveMQMessageConsumer watching = Stage.consumer(stage.session(), queue);
        Stage.send(transacted, queue, "a", "b");
        Stage.nothing(watching, "nothing is visible before the commit");
        transacted.rollback();
        Stage.nothing(watching, "nothing is left of what was rolled back");
        Stage.send(transacted, queue, "c", "d");
        transacted.commit();
        Check.equal(List.of("c", "d"), Stage.texts(watching, 2), "committed");
        watching.close();
        ActiveMQQueue out = stage.queue("out");
        Stage.send(stage.session(), queue, "in");
        ActiveMQMessageConsumer taking = Stage.consumer(transacted, queue);
        Check.equal("in", Stage.text(Stage.next(taking)), "taken");
        Stage.send(transacted, out, "answer");
        transacted.rollback();
        ActiveMQMessage again = Stage.next(taking);
        Check.equal("in", Stage.text(again), "given back");
        Check.that(again.getJMSRedelivered(), "it says that it comes again");
        Check.equal(2, again.getIntProperty("JMSXDeliveryCount"), "delivery count");
        Stage.send(transacted, out, "answer 2");
        transacted.commit();
        Check.equal("answer 2", Stage.text(Stage.next(Stage.consumer(stage.session(), out))), "sent with the commit");
        taking.close();
        Stage.nothing(Stage.consumer(stage.session(), queue), "taken with the commit");
    }

    static void client(Stage stage) throws Exception {
        ActiveMQQueue queue = stage.queue("q");
        ActiveMQSession session = stage.session(ActiveMQSession.CLIENT_ACKNOWLEDGE);
        Stage.send(session, queue, "1", "2", "3", "4");
        ActiveMQMessageConsumer consumer = Stage.consumer(session, queue);
        Check.equal("1", Stage.text(Stage.next(consumer)), "first");
        ActiveMQMessage second = Stage.next(consumer);
        second.acknowledge();
        Check.equal("3", Stage.text(Stage.next(consumer)), "third");
        session.recover();
        ActiveMQMessage third = Stage.next(consumer);
        Check.equal("3", Stage.text(third), "third after recover");
        Check.that(third.getJMSRedelivered(), "it says that it comes again");
        session.close();
        ActiveMQMessageConsumer rest = Stage.consumer(stage.session(), queue);
        ActiveMQMessage again = Stage.next(rest);
        Check.equal("3", Stage.text(again), "third in another session");
        Check.that(again.getJMSRedelivered(), "in another session too");
        Check.equal("4", Stage.text(Stage.next(rest)), "fourth");
        Stage.nothing(rest, "one and two were acknowledged");
    }

    static void dupsOk(Stage stage) throws Exception {
        ActiveMQQueue queue = stage.queue("q");
        ActiveMQSession session = stage.session(ActiveMQSession.DUPS_OK_ACKNOWLEDGE);
        String[] texts = new String[300];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "m" + i;
        }
        Stage.send(session, queue, texts);
        ActiveMQMessageConsumer consumer = Stage.consumer(session, queue);
        Check.equal(List.of(texts), Stage.texts(consumer, texts.length), "texts");
        session.close();
        Stage.nothing(Stage.consumer(stage.session(), queue), "a closed session has acknowledged what it gave out");
    }

    static void individual(Stage stage) throws Exception {
        ActiveMQQueue queue = stage.queue("q");
        ActiveMQSession session = stage.session(ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
        Stage.send(session, queue, "1", "2", "3");
        ActiveMQMessageConsumer consumer = Stage.consumer(session, queue);
        Stage.next(consumer);
        Stage.next(consumer).acknowledge();
        Stage.next(consumer);
        session.close();
        ActiveMQMessageConsumer rest = Stage.consumer(stage.session(), queue);
        Check.equal(List.of("1", "3"), Stage.texts(rest, 2), "all but the one that was acknowledged");
        Stage.nothing(rest, "two was acknowledged");
    }

    static void redelivery(Stage stage) throws Exception {
        ActiveMQConnection connection = stage.connect("?jms.redeliveryPolicy.maximumRedeliveries=2"
                + "&jms.redeliveryPolicy.initialRedeliveryDelay=20");
        ActiveMQSession transacted = Stage.session(connection, ActiveMQSession.SESSION_TRANSACTED);
        ActiveMQQueue queue = stage.queue("q");
        ActiveMQSession session = stage.session();
        var bad = session.createTextMessage("bad");
        bad.setStringProperty("scenario", stage.name("bad"));
        session.createProducer(queue).send(bad);
        Stage.send(session, queue, "good");
        ActiveMQMessageConsumer consumer = Stage.consumer(transacted, queue);
        for (int times = 1; times <= 3; times++) {
            ActiveMQMessage message = Stage.next(consumer);
            Check.equal("bad", Stage.text(message), "delivery " + times);
            Check.equal(times, message.getIntProperty("JMSXDeliveryCount"), "delivery count");
            transacted.rollback();
        }
        Check.equal("good", Stage.text(Stage.next(consumer)), "after the bad one");
        transacted.commit();
        ActiveMQMessageConsumer dead = Stage.consumer(
                session, new ActiveMQQueue("ActiveMQ.DLQ"), "scenario = '" + stage.name("bad") + "'");
        ActiveMQMessage letter = Stage.next(dead);
        Check.equal("bad", Stage.text(letter), "dead letter");
        Check.equal(queue, letter.getOriginalDestination(), "where it was");
        Check.that(letter.getStringProperty("dlqDeliveryFailureCause") != null, "it says why");
    }
}
