package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.Producer;
import com.aliyun.openservices.ons.api.PropertyKeyConst;
import java.util.List;
import java.util.Properties;

/**
 * Retries: a message is redelivered if its listener returns {@code ReconsumeLater} or null, or throws an exception, up
 * to a maximum number of retries.
 */
final class Retries {

    private static final String TOPIC = "ons-retries";
    private static final int RETRIES_MAX = 2;

    private Retries() {
    }

    private static Action consume(String text, int times) {
        if (times > 0 && !"hopeless".equals(text)) {
            return Action.CommitMessage;
        }
        return switch (text) {
            case "throws" -> throw new IllegalStateException("the warehouse does not answer");
            case "null" -> null;
            case "caught" -> caught();
            default -> Action.ReconsumeLater; // the recommended way to request a retry
        };
    }

    /** Returns the result of a listener that catches all exceptions to avoid a retry. */
    private static Action caught() {
        try {
            throw new IllegalStateException("the warehouse does not answer");
        } catch (IllegalStateException e) {
            return Action.CommitMessage;
        }
    }

    /** Sends five messages; returns each delivery. The hopeless one becomes a dead letter after two retries. */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        Properties properties = account.in("GID_retries");
        properties.put(PropertyKeyConst.MaxReconsumeTimes, Integer.toString(RETRIES_MAX));
        Consumer consumer = ONSFactory.createConsumer(properties);
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            taken.add(Taken.text(message) + ", retry " + message.getReconsumeTimes());
            return consume(Taken.text(message), message.getReconsumeTimes());
        });
        Producer producer = ONSFactory.createProducer(account.in("GID_retries_senders"));
        try {
            producer.start();
            for (String text : List.of("later", "null", "throws", "caught", "hopeless")) {
                producer.send(Taken.message(TOPIC, "order", text));
            }
            consumer.start();
            return taken.sorted(10);
        } finally {
            consumer.shutdown();
            producer.shutdown();
        }
    }
}
