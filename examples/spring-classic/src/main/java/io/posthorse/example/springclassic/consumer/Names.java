package io.posthorse.example.springclassic.consumer;

import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Says of a consumer what the annotation has no word for, before it starts.
 *
 * <p>Starter 2.0.3 names consumers by their number in the application. Two processes of one application on one machine
 * then have one name, and their group takes them for one: they do not share its messages. So each process has a name here.
 */
@Component
class Names {

    private final String name;

    Names(@Value("${consumer:one}") String name) {
        this.name = name;
    }

    /** Names it, and has it begin with the oldest message where it has read nothing yet. */
    void prepare(DefaultMQPushConsumer consumer) {
        consumer.setInstanceName(name + "-" + consumer.getConsumerGroup());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
    }
}
