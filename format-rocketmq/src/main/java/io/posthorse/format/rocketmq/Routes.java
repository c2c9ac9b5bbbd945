package io.posthorse.format.rocketmq;

import java.util.List;
import java.util.function.Consumer;

/** The brokers of topics: this one, and those that name servers know. */
public interface Routes {
    /**
     * Finds all brokers that offer a topic, in the order of their names; the list may be empty. Passes it on once, on the
     * owner's thread: at once where it is known, otherwise when a name server has answered or failed to.
     */
    void find(String topic, Consumer<List<TopicOnBroker>> then);
}
