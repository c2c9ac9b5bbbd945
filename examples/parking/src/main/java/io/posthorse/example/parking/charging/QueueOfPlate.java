package io.posthorse.example.parking.charging;

import java.util.List;
import org.apache.rocketmq.client.producer.MessageQueueSelector;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.springframework.messaging.MessageHeaders;
import org.springframework.stereotype.Component;

/** Selects the queue by license plate, so that the notices of a car are in one queue and keep their order. */
@Component
class QueueOfPlate implements MessageQueueSelector {

    static final String HEADER = "plate";

    @Override
    public MessageQueue select(List<MessageQueue> queues, Message message, Object headers) {
        Object plate = ((MessageHeaders) headers).get(HEADER);
        return queues.get(Math.floorMod(String.valueOf(plate).hashCode(), queues.size()));
    }
}
