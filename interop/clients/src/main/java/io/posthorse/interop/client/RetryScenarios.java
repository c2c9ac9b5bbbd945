package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Messages that fail in a listener. */
@SuppressWarnings("deprecation")
final class RetryScenarios {

    private static final int FIRST_RETRY_LEVEL = 3;

    private RetryScenarios() {
    }

    /** One message fails once, one twice, one never; they come again after the delays of their levels. */
    static void retry(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            Received received = Received.of(messages.get(0));
            inbox.add(messages.get(0));
            int refusals = received.body().charAt(0) - '0';
            return received.reconsumeTimes() < refusals ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                    : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        List<String> expected = new ArrayList<>();
        List<SendResult> sent = new ArrayList<>();
        for (int refusals = 0; refusals <= 2; refusals++) {
            Message message = new Message(topic, "Tag", "key" + refusals, Stage.bytes(refusals + " refusals"));
            message.putUserProperty("mine", "value" + refusals);
            sent.add(stage.producer().send(message));
            for (int i = 0; i <= refusals; i++) {
                expected.add(refusals + " refusals");
            }
        }
        long delays = stage.arguments().delays().get(FIRST_RETRY_LEVEL - 1)
                + stage.arguments().delays().get(FIRST_RETRY_LEVEL);
        inbox.expect(expected, 75 + (int) (delays / 1000), "refused messages");
        for (int refusals = 0; refusals <= 2; refusals++) {
            checkOne(stage, topic, refusals, inbox, sent.get(refusals));
        }
        stage.fact("received", inbox.size());
    }

    private static void checkOne(Stage stage, String topic, int refusals, Inbox inbox, SendResult sent) {
        List<Received> of = inbox.received().stream().filter(r -> r.body().startsWith(refusals + " ")).toList();
        for (int i = 0; i <= refusals; i++) {
            Received received = of.get(i);
            Check.equal(i, received.reconsumeTimes(), "reconsume times");
            Check.equal(sent.getMsgId(), received.message().getMsgId(), "message id");
            Check.equal(topic, received.message().getTopic(), "topic the listener sees");
            Check.equal("Tag", received.message().getTags(), "tag");
            Check.equal("key" + refusals, received.message().getKeys(), "key");
            Check.equal("value" + refusals, received.message().getUserProperty("mine"), "user property");
            Check.equal(of.get(0).message().getBornTimestamp(), received.message().getBornTimestamp(), "born");
            if (i > 0) {
                long waited = received.at() - of.get(i - 1).at();
                long delay = stage.arguments().delays().get(FIRST_RETRY_LEVEL - 2 + i);
                stage.fact("retry" + i + "Millis", waited);
                Check.that(waited >= delay - 50, "retry " + i + " came after " + waited + " ms");
            }
        }
    }

    /** A message that fails on all attempts is in the group's dead-letter topic once. */
    static void deadLetter(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        String group = stage.name("group");
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer consumer = stage.pushConsumer(group);
        consumer.subscribe(topic, "*");
        consumer.setMaxReconsumeTimes(1);
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            inbox.add(messages.get(0));
            return ConsumeConcurrentlyStatus.RECONSUME_LATER;
        });
        consumer.start();
        SendResult sent = stage.producer().send(new Message(topic, "Tag", "key", Stage.bytes("poison")));
        inbox.expect(List.of("poison", "poison"), 75, "attempts");
        DefaultMQPullConsumer reader = stage.startPull(stage.name("reader"));
        String deadLetters = "%DLQ%" + group;
        Check.within(40, "a dead letter", () -> !read(reader, deadLetters).isEmpty());
        Check.pause(stage.arguments().delays().get(FIRST_RETRY_LEVEL) + 1500);
        List<Received> dead = read(reader, deadLetters);
        Check.equal(1, dead.size(), "dead letters");
        Check.equal("poison", dead.get(0).body(), "body");
        Check.equal("key", dead.get(0).message().getKeys(), "key");
        Check.equal(sent.getMsgId(), dead.get(0).message().getMsgId(), "message id");
        Check.equal(2, inbox.size(), "attempts in the end");
        stage.fact("deadLetters", dead.size());
    }

    private static List<Received> read(DefaultMQPullConsumer reader, String topic) throws Exception {
        List<Received> all = new ArrayList<>();
        try {
            for (MessageQueue queue : reader.fetchSubscribeMessageQueues(topic)) {
                long offset = reader.minOffset(queue);
                PullResult result = reader.pull(queue, "*", offset, 32);
                while (result.getPullStatus() == PullStatus.FOUND) {
                    result.getMsgFoundList().forEach(message -> all.add(Received.of(message)));
                    result = reader.pull(queue, "*", result.getNextBeginOffset(), 32);
                }
            }
        } catch (MQClientException e) {
            // The topic does not exist before the first dead letter.
            return List.of();
        }
        return all;
    }
}
