package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.Producer;
import com.aliyun.openservices.ons.api.PropertyKeyConst;
import com.aliyun.openservices.ons.api.PropertyValueConst;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Broadcasting: every consumer of the group receives every message sent while it is running. Messages are not
 * redelivered.
 */
final class Broadcast {

    private static final String TOPIC = "ons-broadcast";
    private static final String CALL = "are you there?";

    private Broadcast() {
    }

    private static Consumer listener(Account account, String name, Set<String> there, Taken taken) {
        Properties properties = account.in("GID_broadcast");
        properties.put(PropertyKeyConst.MessageModel, PropertyValueConst.BROADCASTING);
        Consumer consumer = ONSFactory.createConsumer(properties);
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            if (CALL.equals(Taken.text(message))) {
                there.add(name);
            } else {
                taken.add(name + ": " + Taken.text(message));
            }
            return Action.CommitMessage;
        });
        return consumer;
    }

    /** Sends two prices after both consumers have received a call; returns what both received. */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        Set<String> there = ConcurrentHashMap.newKeySet();
        List<Consumer> consumers = new ArrayList<>();
        Producer producer = ONSFactory.createProducer(account.in("GID_broadcast_senders"));
        try {
            producer.start();
            producer.send(Taken.message(TOPIC, "call", CALL)); // creates the topic
            for (String name : List.of("front", "back")) {
                Consumer consumer = listener(account, name, there, taken);
                consumers.add(consumer);
                consumer.start();
            }
            while (there.size() < 2) {
                producer.send(Taken.message(TOPIC, "call", CALL));
                TimeUnit.MILLISECONDS.sleep(100);
            }
            producer.send(Taken.message(TOPIC, "price", "tea costs 12.50"));
            producer.send(Taken.message(TOPIC, "price", "rice costs 3.20"));
            return taken.sorted(4);
        } finally {
            consumers.forEach(Consumer::shutdown);
            producer.shutdown();
        }
    }
}
