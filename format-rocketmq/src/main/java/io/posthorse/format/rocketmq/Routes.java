package io.posthorse.format.rocketmq;

import java.util.List;
import java.util.function.Consumer;

/** Knows the brokers of a topic: this one, and those that name servers tell of. */
public interface Routes {
    /**
     * Finds all brokers that offer a topic, in the order of their names; none where nobody does. Tells the answer once, on
     * the owner's thread: at once where it is known, else when a name server has answered or was given up.
     */
    void find(String topic, Consumer<List<TopicOnBroker>> then);
}
