package io.posthorse.interop.client.lite;

import io.posthorse.interop.client.Check;
import io.posthorse.interop.client.Inbox;
import io.posthorse.interop.client.Scenario;
import io.posthorse.interop.client.Stage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageQueue;

/** The pull consumer with a poll loop, new in 4.6. */
@SuppressWarnings("deprecation")
public final class LitePullScenarios {

    private LitePullScenarios() {
    }

    /** With subscribe: the queues are divided, a seek reads again, and the next member starts at the committed offsets. */
    public static Scenario subscribe() {
        return stage -> {
            String topic = stage.topic("topic");
            String group = stage.name("group");
            List<String> bodies = new ArrayList<>(stage.send(topic, "first", 40));
            DefaultLitePullConsumer consumer = consumer(stage, group);
            consumer.subscribe(topic, "*");
            consumer.start();
            Inbox inbox = new Inbox();
            poll(consumer, inbox, bodies, "all messages");
            MessageQueue queue = inbox.received().stream().map(received -> new MessageQueue(topic,
                    received.message().getBrokerName(), received.message().getQueueId())).findFirst().get();
            List<String> ofQueue = inbox.received().stream()
                    .filter(received -> received.message().getQueueId() == queue.getQueueId())
                    .map(received -> received.body()).sorted().toList();
            consumer.seek(queue, 0);
            Inbox again = new Inbox();
            poll(consumer, again, ofQueue, "messages of one queue after a seek");
            consumer.commitSync();
            Check.equal((long) ofQueue.size(), consumer.committed(queue), "committed offset");
            consumer.shutdown();
            List<String> later = stage.send(topic, "second", 20);
            DefaultLitePullConsumer next = consumer(stage, group);
            next.subscribe(topic, "*");
            next.start();
            Inbox rest = new Inbox();
            poll(next, rest, later, "messages behind the committed offsets");
            stage.fact("received", inbox.size() + "+" + again.size() + "+" + rest.size());
        };
    }

    /** With assign: the member chooses its queues. */
    public static Scenario assign() {
        return stage -> {
            String topic = stage.topic("topic");
            String group = stage.name("group");
            stage.send(topic, "first", 40);
            DefaultLitePullConsumer consumer = consumer(stage, group);
            consumer.start();
            Collection<MessageQueue> queues = consumer.fetchMessageQueues(topic);
            Check.equal(4, queues.size(), "queues");
            MessageQueue queue = queues.iterator().next();
            consumer.assign(List.of(queue));
            consumer.seek(queue, 4);
            Inbox inbox = new Inbox();
            long end = System.nanoTime() + 30_000_000_000L;
            while (inbox.size() != early(inbox).size() + 6 && System.nanoTime() < end) {
                consumer.poll(200).forEach(inbox::add);
            }
            consumer.poll(500).forEach(inbox::add);
            Check.equal(offsets(4, 10), offsets(inbox).stream().skip(early(inbox).size()).toList(), "offsets from 4 on");
            Check.that(inbox.received().stream().allMatch(r -> r.message().getQueueId() == queue.getQueueId()),
                    "messages of another queue");
            consumer.commitSync();
            Check.equal(10L, consumer.committed(queue), "committed offset");
            consumer.shutdown();
            DefaultLitePullConsumer next = consumer(stage, group);
            next.start();
            next.assign(List.of(queue));
            Check.equal(10L, next.committed(queue), "offset the broker kept");
            stage.fact("received", inbox.size());
        };
    }

    /** Skips messages that the client pulled between assign and seek: it may return all ten before it seeks. */
    private static List<Long> early(Inbox inbox) {
        List<Long> all = offsets(inbox);
        return !all.isEmpty() && all.get(0) == 0 ? offsets(0, 10) : List.of();
    }

    private static List<Long> offsets(Inbox inbox) {
        return inbox.received().stream().map(received -> received.message().getQueueOffset()).toList();
    }

    private static List<Long> offsets(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static DefaultLitePullConsumer consumer(Stage stage, String group) {
        DefaultLitePullConsumer consumer = stage.configure(new DefaultLitePullConsumer(group));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setAutoCommit(false);
        stage.atEnd(consumer::shutdown);
        return consumer;
    }

    private static void poll(DefaultLitePullConsumer consumer, Inbox inbox, List<String> expected, String what)
            throws Exception {
        long end = System.nanoTime() + 75_000_000_000L;
        while (inbox.size() < expected.size() && System.nanoTime() < end) {
            consumer.poll(200).forEach(inbox::add);
        }
        consumer.poll(300).forEach(inbox::add);
        inbox.expect(expected, 1, what);
    }
}
