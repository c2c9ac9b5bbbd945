package io.posthorse.interop.client.lite;

import io.posthorse.interop.client.Assigned;
import io.posthorse.interop.client.Check;
import io.posthorse.interop.client.Scenario;
import io.posthorse.interop.client.Stage;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.RequestTimeoutException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Request-reply. */
public final class RequestScenario {

    private RequestScenario() {
    }

    /** Each request gets its own reply; one without a reply ends with a timeout. */
    public static Scenario run() {
        return RequestScenario::play;
    }

    private static void play(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        DefaultMQProducer replies = stage.newProducer(stage.name("replies"));
        replies.start();
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                String body = new String(message.getBody());
                if (!body.equals("silence")) {
                    reply(replies, message, "re: " + body);
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        Assigned.await(consumer, topic, 4);
        for (int i = 0; i < 10; i++) {
            Message reply = stage.producer().request(new Message(topic, Stage.bytes("question " + i)), 20_000);
            Check.equal("re: question " + i, new String(reply.getBody()), "reply");
        }
        try {
            stage.producer().request(new Message(topic, Stage.bytes("silence")), 1_000);
            Check.that(false, "a request that nobody answered had a reply");
        } catch (RequestTimeoutException e) {
            stage.fact("silence", e.getClass().getSimpleName());
        }
    }

    private static void reply(DefaultMQProducer replies, MessageExt to, String text) {
        try {
            replies.send(MessageUtil.createReplyMessage(to, Stage.bytes(text)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
