package io.posthorse.interop.client;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;

/** Large and compressed bodies. */
final class SizeScenarios {

    private static final int MIB = 1 << 20;
    private static final int MESSAGE_ILLEGAL = 13;

    private SizeScenarios() {
    }

    /** One MiB is accepted; the client, and the broker, refuse one byte more than four MiB. */
    static void large(Stage stage) throws Exception {
        String topic = stage.topic("topic", 1);
        byte[] accepted = random(MIB);
        Check.equal(SendStatus.SEND_OK, stage.producer().send(new Message(topic, accepted)).getSendStatus(), "1 MiB");
        byte[] tooLarge = random(4 * MIB + 1);
        try {
            stage.producer().send(new Message(topic, tooLarge));
            throw new AssertionError("the client accepted 4 MiB + 1");
        } catch (MQClientException e) {
            Check.equal(MESSAGE_ILLEGAL, e.getResponseCode(), "code of the client's refusal");
        }
        DefaultMQProducer willing = stage.newProducer(stage.name("willing"));
        willing.setMaxMessageSize(8 * MIB);
        willing.start();
        try {
            willing.send(new Message(topic, tooLarge));
            throw new AssertionError("the broker accepted 4 MiB + 1");
        } catch (MQBrokerException e) {
            stage.fact("refusal", e.getErrorMessage());
            Check.equal(MESSAGE_ILLEGAL, e.getResponseCode(), "code of the broker's refusal");
            Check.that(e.getErrorMessage() != null && !e.getErrorMessage().isBlank(), "the refusal says nothing");
        }
        Check.equal(SendStatus.SEND_OK, willing.send(new Message(topic, Stage.bytes("after"))).getSendStatus(),
                "a message after the refused one");
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        Check.within(75, "two messages", () -> inbox.size() >= 2);
        Check.equal(2, inbox.size(), "messages");
        Received first = inbox.received().stream().filter(r -> r.message().getQueueOffset() == 0).findFirst().get();
        Check.that(Arrays.equals(accepted, first.message().getBody()), "1 MiB arrived changed");
        stage.fact("received", 2);
    }

    /** A long text is sent compressed and arrives unchanged. */
    static void compressed(Stage stage) throws Exception {
        String topic = stage.topic("topic", 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < 20_000; i++) {
            text.append("line ").append(i).append(" of a text that repeats itself, with ümläuts;\n");
        }
        stage.producer().send(new Message(topic, "Long", "k", Stage.bytes(text.toString())));
        Inbox inbox = new Inbox();
        stage.startPush(stage.name("group"), topic, "*", inbox);
        inbox.expect(List.of(text.toString()), 75, "long text");
        Received received = inbox.received().get(0);
        stage.fact("storeSize", received.message().getStoreSize());
        Check.that(received.message().getStoreSize() < 10_000, "it did not travel compressed");
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
