package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** The ways to send. */
final class SendScenarios {

    private SendScenarios() {
    }

    /** Synchronous sends to a new topic, with keys, tags and properties. */
    static void sync(Stage stage) throws Exception {
        String topic = stage.name("auto");
        List<SendResult> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Message message = new Message(topic, "Tag" + i % 3, "key" + i + " other" + i, Stage.bytes("sync-" + i));
            message.putUserProperty("number", Integer.toString(i));
            message.putUserProperty("text", "Grüße, 世界 " + i);
            results.add(stage.producer().send(message));
        }
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            expected.add("sync-" + i);
        }
        inbox.expect(expected, 75, "messages sent to a new topic");
        for (Received received : inbox.received()) {
            MessageExt message = received.message();
            int i = Integer.parseInt(received.body().substring("sync-".length()));
            SendResult result = results.get(i);
            Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
            Check.equal(topic, message.getTopic(), "topic");
            Check.equal("Tag" + i % 3, message.getTags(), "tag");
            Check.equal("key" + i + " other" + i, message.getKeys(), "keys");
            Check.equal(Integer.toString(i), message.getUserProperty("number"), "user property");
            Check.equal("Grüße, 世界 " + i, message.getUserProperty("text"), "user property with any letters");
            Check.equal(result.getMsgId(), message.getMsgId(), "message id");
            Check.equal(result.getMessageQueue().getQueueId(), message.getQueueId(), "queue");
            Check.equal(result.getQueueOffset(), message.getQueueOffset(), "queue offset");
            Check.that(message.getStoreTimestamp() >= message.getBornTimestamp(), "stored before it was born");
            Check.equal(0, message.getReconsumeTimes(), "reconsume times");
        }
        stage.fact("received", inbox.size());
    }

    /** Asynchronous sends. */
    static void async(Stage stage) throws Exception {
        int count = 100;
        String topic = stage.topic("topic");
        CountDownLatch open = new CountDownLatch(count);
        AtomicInteger ok = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add("async-" + i);
            stage.producer().send(new Message(topic, Stage.bytes("async-" + i)), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    if (result.getSendStatus() == SendStatus.SEND_OK) {
                        ok.incrementAndGet();
                    }
                    open.countDown();
                }

                @Override
                public void onException(Throwable e) {
                    failure.set(e);
                    open.countDown();
                }
            });
        }
        Check.that(open.await(40, TimeUnit.SECONDS), "callbacks missing: " + open.getCount());
        Check.equal(null, failure.get(), "failure of an asynchronous send");
        Check.equal(count, ok.get(), "successful callbacks");
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(bodies, 75, "messages sent asynchronously");
        stage.fact("received", inbox.size());
    }

    /** One-way sends. */
    static void oneway(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            bodies.add("oneway-" + i);
            stage.producer().sendOneway(new Message(topic, Stage.bytes("oneway-" + i)));
        }
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(bodies, 75, "messages sent one way");
        stage.fact("received", inbox.size());
    }

    /** Sends to chosen queues: messages arrive in their queues, in order, at consecutive offsets. */
    static void selector(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int queue = i % 4;
            bodies.add("selected-" + queue + "-" + i / 4);
            SendResult result = stage.producer().send(new Message(topic, Stage.bytes(bodies.get(i))),
                    (queues, message, wanted) -> queues.stream()
                            .filter(candidate -> candidate.getQueueId() == (Integer) wanted).findFirst().get(), queue);
            Check.equal(queue, result.getMessageQueue().getQueueId(), "queue in the answer");
            Check.equal((long) (i / 4), result.getQueueOffset(), "offset in the answer");
        }
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(bodies, 75, "messages sent to picked queues");
        for (Received received : inbox.received()) {
            Check.equal("selected-" + received.message().getQueueId() + "-" + received.message().getQueueOffset(),
                    received.body(), "message at its place");
        }
        stage.fact("received", inbox.size());
    }

    /** Batches: all messages are in one queue, consecutive, each with its properties. */
    static void batch(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Message message = new Message(topic, "Tag" + i % 2, "key" + i, Stage.bytes("batch-%02d".formatted(i)));
            message.putUserProperty("number", Integer.toString(i));
            messages.add(message);
        }
        SendResult result = stage.producer().send(messages);
        Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
        List<String> ids = List.of(result.getMsgId().split(","));
        Check.equal(30, ids.size(), "message ids in the answer");
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(messages.stream().map(message -> new String(message.getBody())).toList(), 75, "batch");
        TreeMap<Long, MessageExt> byOffset = inbox.received().stream().map(Received::message)
                .collect(Collectors.toMap(MessageExt::getQueueOffset, m -> m, (a, b) -> a, TreeMap::new));
        int i = 0;
        for (MessageExt message : byOffset.values()) {
            Check.equal(result.getMessageQueue().getQueueId(), message.getQueueId(), "queue");
            Check.equal((long) i, message.getQueueOffset(), "offset");
            Check.equal("batch-%02d".formatted(i), new String(message.getBody()), "body at its offset");
            Check.equal("Tag" + i % 2, message.getTags(), "tag");
            Check.equal("key" + i, message.getKeys(), "key");
            Check.equal(Integer.toString(i), message.getUserProperty("number"), "property");
            Check.equal(ids.get(i), message.getMsgId(), "message id");
            i++;
        }
        Check.equal(30, i, "different offsets");
        stage.fact("received", i);
    }

    /** Sends over the VIP port, which 4.4.0 uses by default. */
    static void vip(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        DefaultMQProducer producer = stage.newProducer(stage.name("vip"));
        boolean byItself = producer.isVipChannelEnabled();
        stage.fact("vipByDefault", byItself);
        Check.equal(org.apache.rocketmq.common.MQVersion.CURRENT_VERSION
                <= org.apache.rocketmq.common.MQVersion.Version.V4_5_0.ordinal(), byItself, "VIP channel by default");
        producer.setVipChannelEnabled(true);
        producer.start();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            bodies.add("vip-" + i);
            Check.equal(SendStatus.SEND_OK, producer.send(new Message(topic, Stage.bytes("vip-" + i))).getSendStatus(),
                    "status");
        }
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(bodies, 75, "messages sent over the VIP channel");
        stage.fact("received", inbox.size());
    }
}
