package io.posthorse.example.springclassic.consumer;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sets properties of a consumer before it starts that the annotation has no attribute for.
 *
 * <p>Starter 2.0.3 names consumers by their number in the application. Two processes of the same application on one
 * machine then have the same name, and their group takes them for one consumer: they do not share its messages. So each
 * process sets a name of its own here.
 */
@Component
class Names {

    private final String name;

    Names(@Value("${consumer:one}") String name) {
        this.name = name;
    }

    /**
     * Sets the instance name, and makes the consumer begin with the oldest message if its group has not read anything
     * yet.
     */
    void prepare(DefaultMQPushConsumer consumer) {
        consumer.setInstanceName(name + "-" + consumer.getConsumerGroup());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
    }
}
