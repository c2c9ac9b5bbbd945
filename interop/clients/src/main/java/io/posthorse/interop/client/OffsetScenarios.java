package io.posthorse.interop.client;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/** Start offsets of consumers. New groups start at the offset that they choose only with broadcasting. */
@SuppressWarnings("deprecation")
final class OffsetScenarios {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneId.systemDefault());

    private OffsetScenarios() {
    }

    /** A new group starts at the first message. */
    static void fromFirst(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<String> expected = new ArrayList<>(stage.send(topic, "old", 20));
        Inbox inbox = start(stage, topic, ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET, null);
        expected.addAll(stage.send(topic, "new", 20));
        inbox.expect(expected, 75, "all messages");
        stage.fact("received", inbox.size());
    }

    /** A new group starts after the last message. */
    static void fromLast(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        stage.send(topic, "old", 20);
        Inbox inbox = start(stage, topic, ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET, null);
        List<String> expected = stage.send(topic, "new", 20);
        inbox.expect(expected, 75, "new messages only");
        stage.fact("received", inbox.size());
    }

    /** A new group starts at a time. */
    static void fromTimestamp(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        stage.send(topic, "old", 20);
        Check.pause(1100);
        Instant moment = Instant.now().plusSeconds(1);
        Check.pause(1100);
        List<String> expected = new ArrayList<>(stage.send(topic, "middle", 20));
        Inbox inbox = start(stage, topic, ConsumeFromWhere.CONSUME_FROM_TIMESTAMP, SECONDS.format(moment));
        expected.addAll(stage.send(topic, "new", 20));
        inbox.expect(expected, 75, "messages from the moment on");
        stage.fact("received", inbox.size());
    }

    private static Inbox start(Stage stage, String topic, ConsumeFromWhere where, String moment) throws Exception {
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        Inbox inbox = new Inbox();
        Assigned.broadcast(consumer);
        consumer.setConsumeFromWhere(where);
        if (moment != null) {
            consumer.setConsumeTimestamp(moment);
        }
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(inbox);
        consumer.start();
        Assigned.await(consumer, topic, 4);
        return inbox;
    }

    /** A new clustering group reads a young topic from its start, whatever it chooses, as in RocketMQ. */
    static void fromLastOfYoungTopic(Stage stage) throws Exception {
        String topic = stage.topic("topic", 1);
        List<String> expected = new ArrayList<>(stage.send(topic, "old", 20));
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        Inbox inbox = new Inbox();
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(inbox);
        consumer.start();
        Assigned.await(consumer, topic, 1);
        expected.addAll(stage.send(topic, "new", 20));
        inbox.expect(expected, 75, "all messages of a young topic");
        stage.fact("received", inbox.size());
    }

    /** A group continues at its offsets after a restart of its only member. */
    static void restart(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        String group = stage.name("group");
        Inbox first = new Inbox();
        DefaultMQPushConsumer consumer = stage.startPush(group, topic, "*", first);
        first.expect(stage.send(topic, "first", 40), 75, "messages before the restart");
        Assigned.awaitDone(consumer, topic, 40);
        consumer.shutdown();
        List<String> between = new ArrayList<>(stage.send(topic, "between", 20));
        Inbox second = new Inbox();
        stage.startPush(group, topic, "*", second);
        second.expect(between, 75, "messages while nobody consumed");
        between.addAll(stage.send(topic, "after", 20));
        second.expect(between, 75, "messages after the restart");
        Check.equal(40, first.size(), "messages of the member that ended");
        stage.fact("received", first.size() + "+" + second.size());
    }
}
