package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Push consumers alone and in groups. */
final class GroupScenarios {

    private GroupScenarios() {
    }

    /** A consumer gets every message once: those sent before its start, and later ones. */
    static void concurrent(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<String> bodies = new ArrayList<>(stage.send(topic, "before", 60));
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(bodies, 75, "messages from before the start");
        bodies.addAll(stage.send(topic, "after", 60));
        inbox.expect(bodies, 75, "messages from before and after the start");
        Assigned.awaitDone(consumer, topic, 120);
        stage.fact("received", inbox.size());
    }

    /** Only messages with one of two tags come. */
    static void tags(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String tag = List.of("TagA", "TagB", "TagC").get(i % 3);
            String body = tag + "-" + i;
            stage.producer().send(new Message(topic, tag, Stage.bytes(body)));
            if (!tag.equals("TagC")) {
                wanted.add(body);
            }
        }
        stage.producer().send(new Message(topic, Stage.bytes("without a tag")));
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "TagA || TagB", inbox);
        inbox.expect(wanted, 75, "messages with the wanted tags");
        stage.fact("received", inbox.size());
    }

    /** Every member of a broadcasting group gets everything. */
    static void broadcast(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<Inbox> inboxes = List.of(new Inbox(), new Inbox());
        for (Inbox inbox : inboxes) {
            DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
            Assigned.broadcast(consumer);
            consumer.subscribe(topic, "*");
            consumer.registerMessageListener(inbox);
            consumer.start();
            Assigned.await(consumer, topic, 4);
        }
        List<String> bodies = stage.send(topic, "all", 40);
        for (Inbox inbox : inboxes) {
            inbox.expect(bodies, 75, "messages for everyone");
        }
        stage.fact("received", inboxes.get(0).size() + inboxes.get(1).size());
    }

    /** Two members share the queues; when one leaves, the other continues at its offsets. */
    static void shareAndLeave(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        String group = stage.name("group");
        Inbox firstInbox = new Inbox();
        Inbox secondInbox = new Inbox();
        DefaultMQPushConsumer first = stage.startPush(group, topic, "*", firstInbox);
        Assigned.await(first, topic, 4);
        DefaultMQPushConsumer second = stage.startPush(group, topic, "*", secondInbox);
        Assigned.await(first, topic, 2);
        Assigned.await(second, topic, 2);
        Set<MessageQueue> union = new TreeSet<>(Assigned.queues(first, topic));
        union.addAll(Assigned.queues(second, topic));
        Check.equal(4, union.size(), "queues of both");
        List<String> bodies = stage.send(topic, "shared", 80);
        Check.within(75, "shared messages", () -> firstInbox.size() + secondInbox.size() >= 80);
        Check.pause(500);
        List<String> both = new ArrayList<>(firstInbox.bodies());
        both.addAll(secondInbox.bodies());
        both.sort(null);
        Check.equal(bodies, both, "messages of both members");
        Check.that(firstInbox.size() > 0 && secondInbox.size() > 0, "one member got nothing");
        stage.fact("shared", firstInbox.size() + "+" + secondInbox.size());
        Assigned.awaitDone(first, topic, firstInbox.size());
        Assigned.awaitDone(second, topic, secondInbox.size());
        first.shutdown();
        firstInbox.clear();
        secondInbox.clear();
        Assigned.await(second, topic, 4);
        List<String> later = stage.send(topic, "later", 40);
        secondInbox.expect(later, 75, "messages after one member left");
        Check.equal(0, firstInbox.size(), "messages of the member that left");
        stage.fact("afterLeave", secondInbox.size());
    }
}
