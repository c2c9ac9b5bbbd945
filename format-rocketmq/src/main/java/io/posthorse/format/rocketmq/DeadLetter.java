package io.posthorse.format.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.Map;

/** A message that was lent too often, in the form in which it goes to its group's dead-letter topic. */
public record DeadLetter(OutgoingMessage message) {

    /**
     * Returns the dead letter for a message, or null where the message cannot be read any more.
     *
     * @throws io.posthorse.broker.NotResidentException where the message may have to come from the disk
     */
    public static DeadLetter of(Broker broker, Host storeHost, Partition from, long offset, int deliveries, Topic dead) {
        ByteBuffer stored = broker.resident().message(broker.positionOf(from, offset));
        if (stored == null) {
            return null;
        }
        MessageView view = MessageView.of(stored);
        Map<String, String> properties = view.properties();
        properties.putIfAbsent("RETRY_TOPIC", view.topic());
        properties.putIfAbsent("ORIGIN_MESSAGE_ID", storeHost.messageId(broker.positionOf(from, offset)));
        properties.remove("POP_CK");
        properties.put("DLQ_ORIGIN_TOPIC", view.topic());
        properties.put("DLQ_ORIGIN_MESSAGE_ID", properties.getOrDefault("UNIQ_KEY", ""));
        OutgoingMessage message = new OutgoingMessage();
        message.copy(view, dead.partition(0), properties, view.reconsumeTimes() + deliveries - 1, storeHost);
        return new DeadLetter(message);
    }
}
