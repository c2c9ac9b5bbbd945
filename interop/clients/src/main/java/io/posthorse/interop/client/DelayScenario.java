package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.common.message.Message;

/** Messages with delay levels. */
final class DelayScenario {

    private DelayScenario() {
    }

    /** Levels 1 and 2: messages come on time, once, and with their birth times. */
    static void run(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        Assigned.await(stage.startPush(stage.name("group"), topic, "*", inbox), topic, 4);
        List<String> expected = new ArrayList<>();
        long from = System.currentTimeMillis();
        for (int i = 0; i < 10; i++) {
            for (int level = 1; level <= 2; level++) {
                String body = level + "-" + i;
                Message message = new Message(topic, "Tag", "key" + body, Stage.bytes(body));
                message.setDelayTimeLevel(level);
                stage.producer().send(message);
                expected.add(body);
            }
        }
        long to = System.currentTimeMillis();
        inbox.expect(expected, 75, "delayed messages");
        long latest = 0;
        for (Received received : inbox.received()) {
            long delay = stage.arguments().delays().get(received.body().charAt(0) - '1');
            long born = received.message().getBornTimestamp();
            Check.that(born >= from && born <= to, "born " + born + " not within " + from + " and " + to);
            long late = received.at() - born - delay;
            Check.that(late >= 0, received.body() + " came " + -late + " ms early");
            Check.that(late < 10_000, received.body() + " came " + late + " ms late");
            Check.equal("key" + received.body(), received.message().getKeys(), "key");
            Check.equal("Tag", received.message().getTags(), "tag");
            Check.equal(topic, received.message().getTopic(), "topic");
            latest = Math.max(latest, late);
        }
        stage.fact("latestMillis", latest);
        stage.fact("received", inbox.size());
    }
}
