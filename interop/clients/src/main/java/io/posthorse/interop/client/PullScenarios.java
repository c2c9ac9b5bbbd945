package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** The pull consumer. */
@SuppressWarnings("deprecation")
final class PullScenarios {

    private PullScenarios() {
    }

    /** Reads every queue to its end in order, and checks the statuses around the end. */
    static void pull(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        for (int i = 0; i < 100; i++) {
            int queue = i % 4;
            stage.producer().send(new Message(topic, i % 8 < 4 ? "TagA" : "TagB", Stage.bytes(queue + "-" + i / 4)),
                    (queues, message, wanted) -> queues.stream()
                            .filter(candidate -> candidate.getQueueId() == (Integer) wanted).findFirst().get(), queue);
        }
        DefaultMQPullConsumer consumer = stage.startPull(stage.name("group"));
        Set<MessageQueue> queues = consumer.fetchSubscribeMessageQueues(topic);
        Check.equal(4, queues.size(), "queues");
        for (MessageQueue queue : queues) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                expected.add(queue.getQueueId() + "-" + i);
            }
            Check.equal(expected, readAll(consumer, queue, "*"), "queue " + queue.getQueueId());
            List<String> everySecond = expected.stream()
                    .filter(body -> Integer.parseInt(body.substring(2)) % 2 == 0).toList();
            Check.equal(everySecond, readAll(consumer, queue, "TagA"), "TagA in queue " + queue.getQueueId());
            PullResult end = consumer.pull(queue, "*", 25, 32);
            Check.equal(PullStatus.NO_NEW_MSG, end.getPullStatus(), "at the end");
            PullResult beyond = consumer.pull(queue, "*", 1000, 32);
            Check.equal(PullStatus.OFFSET_ILLEGAL, beyond.getPullStatus(), "beyond the end");
            Check.equal(25L, beyond.getNextBeginOffset(), "offset to go on from");
            PullResult few = consumer.pull(queue, "*", 5, 3);
            Check.equal(List.of(5L, 6L, 7L),
                    few.getMsgFoundList().stream().map(MessageExt::getQueueOffset).toList(), "three from offset 5");
            Check.equal(8L, few.getNextBeginOffset(), "offset after three");
            Check.equal(0L, few.getMinOffset(), "min offset in the answer");
            Check.equal(25L, few.getMaxOffset(), "max offset in the answer");
        }
        MessageQueue any = queues.iterator().next();
        PullResult waited = waitingPull(stage, consumer, any);
        Check.equal(PullStatus.FOUND, waited.getPullStatus(), "a pull that waited");
        Check.equal("late", new String(waited.getMsgFoundList().get(0).getBody()), "message it waited for");
        stage.fact("received", 4 * 25);
    }

    private static PullResult waitingPull(Stage stage, DefaultMQPullConsumer consumer, MessageQueue queue)
            throws Exception {
        Thread sender = new Thread(() -> {
            try {
                Check.pause(500);
                stage.producer().send(new Message(queue.getTopic(), Stage.bytes("late")),
                        (queues, message, wanted) -> queue, null);
            } catch (Exception e) {
                stage.fact("sender", e);
            }
        }, "late-sender");
        stage.producer();
        sender.start();
        PullResult result = consumer.pullBlockIfNotFound(queue, "*", 25, 32);
        sender.join(20_000);
        return result;
    }

    private static List<String> readAll(DefaultMQPullConsumer consumer, MessageQueue queue, String tags)
            throws Exception {
        List<String> bodies = new ArrayList<>();
        long offset = consumer.minOffset(queue);
        long max = consumer.maxOffset(queue);
        Check.equal(0L, offset, "min offset");
        Check.equal(25L, max, "max offset");
        for (int requests = 0; offset < max && requests < 100; requests++) {
            PullResult result = consumer.pull(queue, tags, offset, 10);
            if (result.getPullStatus() == PullStatus.FOUND) {
                Check.that(result.getMsgFoundList().size() <= 10, "more than asked for");
                result.getMsgFoundList().forEach(message -> bodies.add(new String(message.getBody())));
            }
            Check.that(result.getNextBeginOffset() > offset, "no progress at " + offset + ": " + result);
            offset = result.getNextBeginOffset();
        }
        return bodies;
    }

    /** Offsets by time, and stored offsets of a group. */
    static void offsets(Stage stage) throws Exception {
        String topic = stage.topic("topic", 1);
        List<SendResult> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sent.add(stage.producer().send(new Message(topic, Stage.bytes("early-" + i))));
        }
        Check.pause(1200);
        long between = System.currentTimeMillis() - 600;
        for (int i = 0; i < 10; i++) {
            sent.add(stage.producer().send(new Message(topic, Stage.bytes("late-" + i))));
        }
        Check.equal(19L, sent.get(19).getQueueOffset(), "offset of the last message");
        String group = stage.name("group");
        DefaultMQPullConsumer consumer = stage.startPull(group);
        MessageQueue queue = consumer.fetchSubscribeMessageQueues(topic).iterator().next();
        Check.equal(0L, consumer.minOffset(queue), "min offset");
        Check.equal(20L, consumer.maxOffset(queue), "max offset");
        Check.equal(0L, consumer.searchOffset(queue, between - 600_000), "offset of a time before all");
        Check.equal(10L, consumer.searchOffset(queue, between), "offset of a time between");
        // RocketMQ knows a group only from its first pull on.
        Check.equal(7, consumer.pull(queue, "*", 0, 7).getMsgFoundList().size(), "messages before the offset to keep");
        consumer.updateConsumeOffset(queue, 7);
        Check.equal(7L, consumer.fetchConsumeOffset(queue, false), "offset in memory");
        consumer.getDefaultMQPullConsumerImpl().getOffsetStore().updateConsumeOffsetToBroker(queue, 7, false);
        consumer.shutdown();
        DefaultMQPullConsumer again = stage.startPull(group);
        Check.equal(7L, again.fetchConsumeOffset(queue, true), "offset the broker kept");
        PullResult result = again.pull(queue, "*", 7, 1);
        Check.equal("early-7", new String(result.getMsgFoundList().get(0).getBody()), "message at the kept offset");
        stage.fact("offset", 7);
    }
}
