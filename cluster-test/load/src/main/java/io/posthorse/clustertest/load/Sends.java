package io.posthorse.clustertest.load;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Sends: one by one, many at once, in lanes that keep their order, and delayed ones. The client never tries again by
 * itself.
 */
final class Sends implements AutoCloseable {
    private static final int TIMEOUT_MS = 3_000;
    private static final int OUTSTANDING = 16;
    private static final long[] LEVEL_MS = {1_000, 5_000};
    private static final int ATTEMPTS = 60;

    private final Recorder recorder;
    private final Topics topics;
    private final DefaultMQProducer producer;
    private final Semaphore outstanding = new Semaphore(OUTSTANDING);

    Sends(String nameServer, Topics topics, Recorder recorder) throws MQClientException {
        this.topics = topics;
        this.recorder = recorder;
        producer = new DefaultMQProducer(topics.name("producers"));
        producer.setNamesrvAddr(nameServer);
        producer.setRetryTimesWhenSendFailed(0);
        producer.setRetryTimesWhenSendAsyncFailed(0);
        producer.setPollNameServerInterval(2_000);
        producer.setHeartbeatBrokerInterval(3_000);
        producer.start();
    }

    DefaultMQProducer producer() {
        return producer;
    }

    /** Returns the lanes of all kinds. */
    List<Lane> lanes(long seed) throws Exception {
        List<MessageQueue> plain = topics.queues(producer, topics.name("plain"));
        List<MessageQueue> ordered = topics.queues(producer, topics.name("ordered"));
        List<MessageQueue> later = topics.queues(producer, topics.name("later"));
        Random random = new Random(seed);
        return List.of(
                new Lane("sync", 10, n -> once("s" + n, any(plain, n), "", 0, random.nextInt(3) == 0 ? 2 : 1)),
                new Lane("async", 5, n -> async("a" + n, any(plain, n))),
                new Lane("lane1", 10, n -> once("x" + n, ordered.get(0), "lane1", 0, random.nextBoolean() ? ATTEMPTS : 1)),
                new Lane("lane2", 10, n -> once("y" + n, ordered.get(0), "lane2", 0, 1)),
                new Lane("lane3", 20, n -> once("z" + n, ordered.get(3), "lane3", 0, ATTEMPTS)),
                new Lane("delayed", 50, n -> once("d" + n, any(later, n), "", 1 + (int) (n % 2), 1)));
    }

    private static MessageQueue any(List<MessageQueue> queues, long number) {
        return queues.get((int) (number % queues.size()));
    }

    private Message message(String id, MessageQueue queue, int level) {
        Message message = new Message(queue.getTopic(), "tag", id, Body.of(id, 50 + Math.floorMod(id.hashCode(), 1_500)));
        if (level > 0) {
            message.setDelayTimeLevel(level);
        }
        return message;
    }

    private Place place(MessageQueue queue) {
        return new Place(queue.getTopic(), queue.getQueueId());
    }

    /** Sends a message, and where the outcome is in doubt or a refusal, some more times. */
    private void once(String number, MessageQueue queue, String order, int level, int attempts) throws Exception {
        String id = topics.name(number);
        Message message = message(id, queue, level);
        for (int attempt = 0; attempt < attempts; attempt++) {
            long now = Recorder.now();
            recorder.add(new Event.Sent(now, id, place(queue), order, Body.checksum(message.getBody()),
                    level == 0 ? 0 : now + LEVEL_MS[level - 1] * 1_000_000, ""));
            try {
                answered(id, queue, level > 0, producer.send(message, queue, TIMEOUT_MS));
                return;
            } catch (MQBrokerException | MQClientException | org.apache.rocketmq.remoting.exception.RemotingException e) {
                failed(id, e);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void async(String number, MessageQueue queue) throws Exception {
        String id = topics.name(number);
        Message message = message(id, queue, 0);
        if (!outstanding.tryAcquire(2 * TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
            return;
        }
        recorder.add(new Event.Sent(Recorder.now(), id, place(queue), "", Body.checksum(message.getBody()), 0, ""));
        try {
            producer.send(message, queue, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    outstanding.release();
                    answered(id, queue, false, result);
                }

                @Override
                public void onException(Throwable e) {
                    outstanding.release();
                    failed(id, e);
                }
            }, TIMEOUT_MS);
        } catch (Exception e) {
            outstanding.release();
            failed(id, e);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void answered(String id, MessageQueue queue, boolean delayed, SendResult result) {
        if (result.getSendStatus() != SendStatus.SEND_OK) {
            recorder.add(new Event.Doubtful(Recorder.now(), id, result.getSendStatus().toString()));
            return;
        }
        Place place = new Place(queue.getTopic(), result.getMessageQueue().getQueueId());
        recorder.add(new Event.Acknowledged(Recorder.now(), id, place, delayed ? Event.NO_OFFSET : result.getQueueOffset()));
        if (delayed) {
            recorder.owe(id);
        }
    }

    private void failed(String id, Throwable e) {
        recorder.add(refusal(e) != null ? new Event.Refused(Recorder.now(), id, refusal(e).getErrorMessage())
                : new Event.Doubtful(Recorder.now(), id, e.toString()));
    }

    /**
     * Returns the broker's answer that it has not stored a message; null where the outcome is in doubt, as some answers
     * say.
     */
    static MQBrokerException refusal(Throwable e) {
        for (Throwable one = e; one != null; one = one.getCause()) {
            if (one instanceof MQBrokerException answer) {
                return answer.getErrorMessage().contains("may or may not") ? null : answer;
            }
        }
        return null;
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
