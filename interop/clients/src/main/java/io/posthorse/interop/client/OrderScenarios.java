package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.common.message.Message;

/** Orderly consumers. */
final class OrderScenarios {

    private static final int ORDERS = 3;
    private static final List<String> STEPS = List.of("created", "paid", "packed", "sent", "delivered");

    private OrderScenarios() {
    }

    /** The steps of every order come once and in order. */
    static void orderly(Stage stage) throws Exception {
        play(stage, false);
    }

    /** A step that is suspended once comes again before later steps. */
    static void suspend(Stage stage) throws Exception {
        play(stage, true);
    }

    private static void play(Stage stage, boolean putOff) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        Inbox refused = new Inbox();
        AtomicBoolean still = new AtomicBoolean(putOff);
        DefaultMQPushConsumer consumer = stage.pushConsumer(stage.name("group"));
        consumer.subscribe(topic, "*");
        consumer.setConsumeMessageBatchMaxSize(1);
        consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            Received received = Received.of(messages.get(0));
            if (received.body().equals("1-packed") && still.getAndSet(false)) {
                refused.add(messages.get(0));
                context.setSuspendCurrentQueueTimeMillis(500);
                return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
            }
            inbox.add(messages.get(0));
            return ConsumeOrderlyStatus.SUCCESS;
        });
        consumer.start();
        List<String> bodies = new ArrayList<>();
        for (String step : STEPS) {
            for (int order = 0; order < ORDERS; order++) {
                String body = order + "-" + step;
                Message message = new Message(topic, step, "order" + order, Stage.bytes(body));
                stage.producer().send(message, (queues, m, key) -> queues.get((Integer) key % queues.size()), order);
                bodies.add(body);
            }
        }
        inbox.expect(bodies, 75, "steps of all orders");
        for (int order = 0; order < ORDERS; order++) {
            String prefix = order + "-";
            Check.equal(STEPS.stream().map(step -> prefix + step).toList(),
                    inbox.bodies().stream().filter(body -> body.startsWith(prefix)).toList(), "order " + order);
        }
        if (putOff) {
            Check.equal(List.of("1-packed"), refused.bodies(), "put off");
            Received again = inbox.received().stream().filter(r -> r.body().equals("1-packed")).findFirst().get();
            stage.fact("putOffMillis", again.at() - refused.received().get(0).at());
            Check.that(again.at() - refused.received().get(0).at() >= 450, "it came again too early");
        }
        stage.fact("received", inbox.size());
    }
}
