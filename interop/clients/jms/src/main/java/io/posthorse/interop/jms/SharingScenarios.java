package io.posthorse.interop.jms;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;

/** Several consumers and browsers of one queue. */
final class SharingScenarios {

    private SharingScenarios() {
    }

    static void browser(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        ActiveMQQueue queue = stage.queue("q");
        Check.equal(0, Collections.list(session.createBrowser(queue).getEnumeration()).size(), "in an empty queue");
        String[] texts = new String[600]; // more than the prefetch of a browser
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "m" + i;
        }
        Stage.send(session, queue, texts);
        List<String> seen = new ArrayList<>();
        for (Object message : Collections.list(session.createBrowser(queue).getEnumeration())) {
            seen.add(Stage.text(message));
        }
        Check.equal(List.of(texts), seen, "browsed");
        Check.equal(List.of(texts), Stage.texts(Stage.consumer(session, queue), texts.length), "still there");
    }

    static void selector(Stage stage) throws Exception {
        ActiveMQSession session = stage.session();
        ActiveMQQueue queue = stage.queue("q");
        var producer = session.createProducer(queue);
        for (int i = 0; i < 100; i++) {
            var message = session.createTextMessage("m" + i);
            message.setIntProperty("i", i);
            message.setStringProperty("colour", i % 2 == 0 ? "red" : "blue");
            producer.send(message);
        }
        ActiveMQMessageConsumer red = Stage.consumer(
                session, queue, "colour LIKE 're%' AND i BETWEEN 40 AND 50 AND missing IS NULL");
        Check.equal(List.of("m40", "m42", "m44", "m46", "m48", "m50"), Stage.texts(red, 6), "chosen");
        Stage.nothing(red, "no more match");
        boolean refused = false;
        try {
            session.createConsumer(queue, "i = = 2");
        } catch (Exception e) {
            refused = e.getClass().getSimpleName().equals("InvalidSelectorException");
        }
        Check.that(refused, "a selector that is none is refused");
        Check.equal(94, Collections.list(session.createBrowser(queue).getEnumeration()).size(), "left");
        Check.equal(44, Collections.list(
                session.createBrowser(queue, "colour = 'red'").getEnumeration()).size(), "red ones left");
    }

    static void groups(Stage stage) throws Exception {
        ActiveMQQueue few = new ActiveMQQueue(stage.name("q") + "?consumer.prefetchSize=1");
        ActiveMQSession session = stage.session();
        ActiveMQMessageConsumer first = Stage.consumer(session, few);
        ActiveMQMessageConsumer second = Stage.consumer(stage.session(), few);
        var producer = session.createProducer(stage.queue("q"));
        for (int i = 0; i < 20; i++) {
            var message = session.createTextMessage("g" + i % 2 + "-" + i);
            message.setStringProperty("JMSXGroupID", "g" + i % 2);
            producer.send(message);
        }
        List<String> ofFirst = Stage.texts(first, 10);
        List<String> ofSecond = Stage.texts(second, 10);
        String mine = ofFirst.get(0).substring(0, 2);
        Check.that(ofFirst.stream().allMatch(text -> text.startsWith(mine)), "one group: " + ofFirst);
        Check.that(ofSecond.stream().noneMatch(text -> text.startsWith(mine)), "the other group: " + ofSecond);
        Check.equal(ofFirst.stream().sorted((a, b) -> number(a) - number(b)).toList(), ofFirst, "in order");
        first.close();
        var message = session.createTextMessage(mine + "-20");
        message.setStringProperty("JMSXGroupID", mine);
        producer.send(message);
        Check.equal(mine + "-20", Stage.text(Stage.next(second)), "who is left takes over");
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(text.indexOf('-') + 1));
    }

    static void exclusive(Stage stage) throws Exception {
        ActiveMQQueue queue = new ActiveMQQueue(stage.name("q") + "?consumer.exclusive=true");
        ActiveMQSession session = stage.session();
        ActiveMQMessageConsumer master = Stage.consumer(session, queue);
        ActiveMQMessageConsumer standby = Stage.consumer(stage.session(), queue);
        Stage.send(session, stage.queue("q"), "1", "2", "3");
        Check.equal(List.of("1", "2", "3"), Stage.texts(master, 3), "all for one");
        Stage.nothing(standby, "the other has all");
        master.close();
        Stage.send(session, stage.queue("q"), "4");
        Check.equal("4", Stage.text(Stage.next(standby)), "after it went");
    }

    static void pull(Stage stage) throws Exception {
        ActiveMQConnection asking = stage.connect("?jms.prefetchPolicy.all=0");
        ActiveMQSession session = Stage.session(asking, ActiveMQSession.AUTO_ACKNOWLEDGE);
        ActiveMQMessageConsumer consumer = Stage.consumer(session, stage.queue("q"));
        Check.that(consumer.receiveNoWait() == null, "nothing yet");
        Check.that(consumer.receive(50) == null, "nothing within a moment");
        Stage.send(session, stage.queue("q"), "1", "2", "3");
        Check.equal("1", Stage.text(consumer.receiveNoWait()), "at once");
        ActiveMQMessageConsumer other = Stage.consumer(stage.session(), stage.queue("q"));
        Check.equal(List.of("2", "3"), Stage.texts(other, 2), "who asks for one has one");
        Check.that(consumer.receive(50) == null, "the other took them");
    }

    static void request(Stage stage) throws Exception {
        ActiveMQSession serving = Stage.session(stage.connect(""), ActiveMQSession.AUTO_ACKNOWLEDGE);
        Stage.consumer(serving, stage.queue("service")).setMessageListener(request -> {
            try {
                var answer = serving.createTextMessage("re: " + Stage.text(request));
                answer.setJMSCorrelationID(request.getJMSMessageID());
                serving.createProducer((ActiveMQDestination) request.getJMSReplyTo()).send(answer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        ActiveMQSession session = stage.session();
        var answers = session.createTemporaryQueue();
        var consumer = (ActiveMQMessageConsumer) session.createConsumer(answers);
        var producer = session.createProducer(stage.queue("service"));
        for (int i = 0; i < 20; i++) {
            var request = session.createTextMessage("hello " + i);
            request.setJMSReplyTo(answers);
            producer.send(request);
            ActiveMQMessage answer = Stage.next(consumer);
            Check.equal("re: hello " + i, Stage.text(answer), "answer");
            Check.equal(request.getJMSMessageID(), answer.getJMSCorrelationID(), "correlation id");
        }
        boolean refused = false;
        try {
            serving.createConsumer(answers);
        } catch (Exception e) {
            refused = true;
        }
        Check.that(refused, "only who made a temporary queue reads it");
        consumer.close();
        answers.delete();
    }

    static void listeners(Stage stage) throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        Set<Integer> used = ConcurrentHashMap.newKeySet();
        CountDownLatch left = new CountDownLatch(1_000);
        for (int i = 0; i < 4; i++) {
            int number = i;
            ActiveMQConnection connection = stage.connect("?jms.prefetchPolicy.queuePrefetch=10");
            ActiveMQSession session = Stage.session(connection, ActiveMQSession.AUTO_ACKNOWLEDGE);
            Stage.consumer(session, stage.queue("q")).setMessageListener(message -> {
                try {
                    Check.that(seen.add(Stage.text(message)), "twice: " + Stage.text(message));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                used.add(number);
                left.countDown();
            });
        }
        String[] texts = new String[1_000];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "m" + i;
        }
        Stage.send(stage.session(), stage.queue("q"), texts);
        Check.that(left.await(30, TimeUnit.SECONDS), "left: " + left.getCount());
        Check.equal(texts.length, seen.size(), "each once");
        Check.equal(4, used.size(), "listeners that had work");
    }
}
