package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.PropertyKeyConst;
import com.aliyun.openservices.ons.api.order.OrderAction;
import com.aliyun.openservices.ons.api.order.OrderConsumer;
import com.aliyun.openservices.ons.api.order.OrderProducer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ordered messages: the steps of an order share a sharding key, so they are in one queue and are delivered in order.
 */
final class Ordered {

    private static final String TOPIC = "ons-ordered";
    private static final List<String> STEPS = List.of("created", "paid", "sent");
    private static final int ORDERS = 3;

    private Ordered() {
    }

    /**
     * Sends three orders of three steps; returns the steps of each order. One step is suspended once; the steps behind
     * it wait.
     */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        AtomicBoolean suspended = new AtomicBoolean();
        Properties properties = account.in("GID_ordered");
        properties.put(PropertyKeyConst.SuspendTimeMillis, "200");
        OrderConsumer consumer = ONSFactory.createOrderedConsumer(properties);
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            String step = message.getShardingKey() + " " + message.getTag();
            if (step.equals("order-2 paid") && suspended.compareAndSet(false, true)) {
                taken.add("order-2 (not yet)");
                return OrderAction.Suspend;
            }
            taken.add(step);
            return OrderAction.Success;
        });
        OrderProducer producer = ONSFactory.createOrderProducer(account.in("GID_ordered_senders"));
        try {
            producer.start();
            for (String step : STEPS) {
                for (int order = 1; order <= ORDERS; order++) {
                    producer.send(Taken.message(TOPIC, step, "step of an order"), "order-" + order);
                }
            }
            consumer.start();
            return byOrder(taken.next(ORDERS * STEPS.size() + 1));
        } finally {
            consumer.shutdown();
            producer.shutdown();
        }
    }

    private static List<String> byOrder(List<String> steps) {
        List<String> lines = new ArrayList<>();
        for (int order = 1; order <= ORDERS; order++) {
            String name = "order-" + order;
            lines.add(name + ":" + String.join("", steps.stream()
                    .filter(step -> step.startsWith(name)).map(step -> step.substring(name.length())).toList()));
        }
        return lines;
    }
}
