package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** A pull consumer that stores its offset after each answer, and asks for it again now and then, as after a restart. */
@SuppressWarnings("deprecation")
final class Pulls implements AutoCloseable {
    private static final int RESUME_EVERY = 20;
    private static final int TIMEOUT_MS = 3_000;
    private static final int UNANSWERED_MAX = 2_000;

    private final Recorder recorder;
    private final String group;
    private final DefaultMQPullConsumer consumer;
    private final Map<MessageQueue, Long> next = new HashMap<>();
    private final Set<MessageQueue> stored = new HashSet<>();
    private int unanswered;
    private long answers;

    Pulls(String nameServer, Topics topics, Recorder recorder) throws Exception {
        this.recorder = recorder;
        group = topics.name("pullers");
        consumer = new DefaultMQPullConsumer(group);
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName(group);
        consumer.setPollNameServerInterval(2_000);
        consumer.setHeartbeatBrokerInterval(3_000);
        consumer.start();
    }

    /** Starts to pull some queues, in a thread that runs until the process ends. */
    void start(List<MessageQueue> queues) {
        new Lane("pull", 20, n -> {
            for (MessageQueue queue : queues) {
                try {
                    pull(queue);
                } catch (Exception e) {
                    next.remove(queue); // goes on where the broker says
                    throw e;
                }
            }
        }).begin();
    }

    private void pull(MessageQueue queue) throws Exception {
        Place place = new Place(queue.getTopic(), queue.getQueueId());
        Long offset = next.get(queue);
        if (offset == null) {
            offset = resume(queue, place);
            next.put(queue, offset);
        }
        PullResult result = consumer.pull(queue, "*", offset, 32, TIMEOUT_MS);
        if (result.getPullStatus() != PullStatus.FOUND) {
            return;
        }
        for (MessageExt message : result.getMsgFoundList()) {
            recorder.add(new Event.Delivered(Recorder.now(), group, group, Way.PULL, Body.id(message.getBody()), place,
                    message.getQueueOffset(), Body.checksum(message.getBody()), 0));
        }
        long end = result.getNextBeginOffset();
        consumer.updateConsumeOffset(queue, end); // the client stores its own figure every five seconds, too
        consumer.getDefaultMQPullConsumerImpl().getOffsetStore().updateConsumeOffsetToBroker(queue, end, false);
        recorder.add(new Event.Committed(Recorder.now(), group, place, end));
        stored.add(queue);
        if (++answers % RESUME_EVERY == 0) {
            next.remove(queue);
        } else {
            next.put(queue, end);
        }
    }

    /**
     * Asks for the group's offset. A failure looks as if there was none, so where one was stored, it is asked for again
     * and again.
     */
    private long resume(MessageQueue queue, Place place) throws Exception {
        long offset = consumer.fetchConsumeOffset(queue, true);
        if (offset < 0 && (stored.contains(queue) && unanswered++ < UNANSWERED_MAX || offset < -1)) {
            throw new IllegalStateException("no offset of " + queue);
        }
        unanswered = 0;
        long from = offset < 0 ? consumer.minOffset(queue) : offset;
        recorder.add(new Event.Resumed(Recorder.now(), group, place, from));
        return from;
    }

    String group() {
        return group;
    }

    @Override
    public void close() {
        consumer.shutdown();
    }
}
