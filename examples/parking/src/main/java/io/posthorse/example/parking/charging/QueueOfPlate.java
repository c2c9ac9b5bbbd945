package io.posthorse.example.parking.charging;

import java.util.List;
import org.apache.rocketmq.client.producer.MessageQueueSelector;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.springframework.messaging.MessageHeaders;
import org.springframework.stereotype.Component;

/** The car chooses the queue: a queue keeps its order, so a car's notices keep theirs. */
@Component
class QueueOfPlate implements MessageQueueSelector {

    static final String HEADER = "plate";

    @Override
    public MessageQueue select(List<MessageQueue> queues, Message message, Object headers) {
        Object plate = ((MessageHeaders) headers).get(HEADER);
        return queues.get(Math.floorMod(String.valueOf(plate).hashCode(), queues.size()));
    }
}
