package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.Producer;
import java.util.ArrayList;
import java.util.List;

/** A delayed message: it carries the earliest time of its delivery. */
final class Delayed {

    private static final String TOPIC = "ons-delayed";
    private static final int DELAY_MS = 1_500;

    private Delayed() {
    }

    /**
     * Sends an order, and a delayed cancellation in case it is not paid; returns what was received, and whether it was
     * early.
     */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        Consumer consumer = ONSFactory.createConsumer(account.in("GID_delayed"));
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            long early = message.getStartDeliverTime() - System.currentTimeMillis();
            taken.add(Taken.text(message) + (early > 0 ? ", " + early + " ms early" : ", not early"));
            return Action.CommitMessage;
        });
        Producer producer = ONSFactory.createProducer(account.in("GID_delayed_senders"));
        try {
            producer.start();
            producer.send(Taken.message(TOPIC, "order", "an order"));
            consumer.start();
            List<String> lines = new ArrayList<>(taken.next(1));
            Message cancel = Taken.message(TOPIC, "cancel", "if it is not paid by now, cancel it");
            cancel.setStartDeliverTime(System.currentTimeMillis() + DELAY_MS);
            producer.send(cancel);
            lines.addAll(taken.next(1));
            return lines;
        } finally {
            consumer.shutdown();
            producer.shutdown();
        }
    }
}
