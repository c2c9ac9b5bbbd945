package io.posthorse.interop.client;

import java.util.List;
import org.apache.rocketmq.common.message.Message;

/** Latency of messages for a waiting consumer. */
final class LatencyScenario {

    private static final int LIMIT_MILLIS = 1000;

    private LatencyScenario() {
    }

    /** Each of a few messages arrives within a second, since the waiting pull is answered at once. */
    static void run(Stage stage) throws Exception {
        String topic = stage.topic("topic", 1);
        Inbox inbox = new Inbox();
        Assigned.await(stage.startPush(stage.name("group"), topic, "*", inbox), topic, 1);
        inbox.expect(stage.send(topic, "warm-up", 1), 75, "first message");
        long slowest = 0;
        for (int i = 0; i < 3; i++) {
            inbox.clear();
            Check.pause(1500);
            String body = "fast-" + i;
            long sent = System.currentTimeMillis();
            stage.producer().send(new Message(topic, Stage.bytes(body)));
            inbox.expect(List.of(body), 10, "message for a waiting consumer");
            slowest = Math.max(slowest, inbox.received().get(0).at() - sent);
        }
        stage.fact("slowestMillis", slowest);
        Check.that(slowest < LIMIT_MILLIS, "a message took " + slowest + " ms");
    }
}
