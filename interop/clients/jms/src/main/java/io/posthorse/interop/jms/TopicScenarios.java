package io.posthorse.interop.jms;

import java.util.List;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTopic;

/** Topics, durable subscriptions, wildcards and composite destinations. */
final class TopicScenarios {

    private TopicScenarios() {
    }

    static void topic(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        ActiveMQTopic topic = stage.topic("t");
        Stage.send(session, topic, "before anybody listens");
        ActiveMQMessageConsumer one = Stage.consumer(session, topic);
        ActiveMQMessageConsumer two = Stage.consumer(stage.session(), topic);
        ActiveMQMessageConsumer some = Stage.consumer(stage.session(), topic, "JMSPriority > 5");
        Stage.send(session, topic, "a", "b");
        session.createProducer(topic).send(session.createTextMessage("high"), 1, 9, 0);
        Check.equal(List.of("a", "b", "high"), Stage.texts(one, 3), "first subscriber");
        Check.equal(List.of("a", "b", "high"), Stage.texts(two, 3), "second subscriber");
        Check.equal("high", Stage.text(Stage.next(some)), "subscriber with a selector");
        Stage.nothing(some, "the others do not match");
    }

    static void durable(Stage stage) throws Exception {
        ActiveMQTopic topic = stage.topic("t");
        String id = stage.name("id");
        ActiveMQConnection connection = stage.connect("", id);
        Stage.session(connection, ActiveMQSession.AUTO_ACKNOWLEDGE).createDurableSubscriber(topic, "paper").close();
        connection.close();
        Stage.send(stage.session(), topic, "a", "b");
        connection = stage.connect("", id);
        ActiveMQSession session = Stage.session(connection, ActiveMQSession.AUTO_ACKNOWLEDGE);
        ActiveMQMessageConsumer reader = (ActiveMQMessageConsumer) session.createDurableSubscriber(topic, "paper");
        Check.equal(List.of("a", "b"), Stage.texts(reader, 2), "what came in its absence");
        Stage.send(stage.session(), topic, "c");
        Check.equal("c", Stage.text(Stage.next(reader)), "what comes in its presence");
        boolean refused = false;
        try {
            session.unsubscribe("paper");
        } catch (Exception e) {
            refused = true;
        }
        Check.that(refused, "a subscription in use cannot be removed");
        reader.close();
        session.unsubscribe("paper");
        Stage.send(stage.session(), topic, "d");
        reader = (ActiveMQMessageConsumer) session.createDurableSubscriber(topic, "paper");
        Stage.nothing(reader, "a new subscription begins at its start");
    }

    static void wildcard(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        String root = stage.name("root").replace("-", "_");
        ActiveMQMessageConsumer all = Stage.consumer(session, new ActiveMQTopic(root + ".>"));
        ActiveMQMessageConsumer level = Stage.consumer(session, new ActiveMQTopic(root + ".*.in"));
        Stage.send(session, new ActiveMQTopic(root + ".a.in"), "1");
        Stage.send(session, new ActiveMQTopic(root + ".a.out"), "2");
        Stage.send(session, new ActiveMQTopic(root + ".b.in"), "3");
        Check.equal(List.of("1", "2", "3"), Stage.texts(all, 3), "all levels");
        Check.equal(List.of("1", "3"), Stage.texts(level, 2), "one level");
        Stage.send(session, new ActiveMQQueue(root + ".q.one"), "q1");
        Stage.send(session, new ActiveMQQueue(root + ".q.two"), "q2");
        ActiveMQMessageConsumer queues = Stage.consumer(session, new ActiveMQQueue(root + ".q.*"));
        Check.equal(List.of("q1", "q2"), Stage.texts(queues, 2).stream().sorted().toList(), "queues");
        Stage.send(session, new ActiveMQQueue(root + ".q.three"), "q3");
        Check.equal("q3", Stage.text(Stage.next(queues)), "a queue that came later");
    }

    static void composite(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        ActiveMQMessageConsumer topic = Stage.consumer(session, stage.topic("t"));
        ActiveMQMessageConsumer one = Stage.consumer(session, stage.queue("one"));
        ActiveMQMessageConsumer two = Stage.consumer(session, stage.queue("two"));
        Stage.send(session, new ActiveMQQueue(
                stage.name("one") + "," + stage.name("two") + ",topic://" + stage.name("t")), "x");
        for (ActiveMQMessageConsumer consumer : List.of(topic, one, two)) {
            Check.equal("x", Stage.text(Stage.next(consumer)), "a copy for each");
        }
        one.close();
        two.close();
        ActiveMQMessageConsumer both =
                Stage.consumer(session, new ActiveMQQueue(stage.name("one") + "," + stage.name("two")));
        Stage.send(session, stage.queue("one"), "1");
        Check.equal("1", Stage.text(Stage.next(both)), "from the first");
        Stage.send(session, stage.queue("two"), "2");
        Check.equal("2", Stage.text(Stage.next(both)), "from the second");
    }

    static void virtual(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        String name = "VirtualTopic." + stage.name("t").replace("-", "_");
        ActiveMQMessageConsumer a1 = Stage.consumer(session, new ActiveMQQueue("Consumer.A." + name));
        ActiveMQMessageConsumer b = Stage.consumer(session, new ActiveMQQueue("Consumer.B." + name));
        Stage.send(session, new ActiveMQTopic(name), "1", "2");
        Check.equal(List.of("1", "2"), Stage.texts(a1, 2), "first group");
        Check.equal(List.of("1", "2"), Stage.texts(b, 2), "second group");
        Stage.nothing(a1, "each group gets it once");
    }

    static void noLocal(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        var deaf = (ActiveMQMessageConsumer) session.createConsumer(stage.topic("t"), null, true);
        Stage.send(session, stage.topic("t"), "own");
        ActiveMQSession other = Stage.session(stage.connect(""), ActiveMQSession.AUTO_ACKNOWLEDGE);
        Stage.send(other, stage.topic("t"), "foreign");
        Check.equal("foreign", Stage.text(Stage.next(deaf)), "of others only");
    }
}
