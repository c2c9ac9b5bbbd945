package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.MessageSelector;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.Producer;
import java.util.ArrayList;
import java.util.List;

/** Filters: a group selects messages of a topic by tag, or by an SQL expression over their properties. */
final class Filters {

    private static final String TOPIC = "ons-filters";

    private Filters() {
    }

    /**
     * Sends payments with three tags, each worth 10 more than the previous one; returns what two groups received of
     * them.
     */
    static List<String> run(Account account) throws InterruptedException {
        Taken byTag = new Taken();
        Taken bySql = new Taken();
        Consumer tags = ONSFactory.createConsumer(account.in("GID_filters_tags"));
        tags.subscribe(TOPIC, "paid || refunded", (message, context) -> {
            byTag.add("by tag: " + message.getTag() + " " + Taken.text(message));
            return Action.CommitMessage;
        });
        Consumer sql = ONSFactory.createConsumer(account.in("GID_filters_sql"));
        sql.subscribe(TOPIC, MessageSelector.bySql("amount > 15 AND TAGS <> 'refunded'"), (message, context) -> {
            bySql.add("by SQL: " + message.getTag() + " " + Taken.text(message));
            return Action.CommitMessage;
        });
        Producer producer = ONSFactory.createProducer(account.in("GID_filters"));
        try {
            producer.start();
            int amount = 0;
            for (String tag : List.of("paid", "cancelled", "refunded", "paid", "cancelled", "refunded")) {
                amount += 10;
                Message message = Taken.message(TOPIC, tag, Integer.toString(amount));
                message.putUserProperties("amount", Integer.toString(amount));
                producer.send(message);
            }
            tags.start();
            sql.start();
            List<String> lines = new ArrayList<>(byTag.sorted(4));
            lines.addAll(bySql.sorted(3));
            return lines;
        } finally {
            tags.shutdown();
            sql.shutdown();
            producer.shutdown();
        }
    }
}
