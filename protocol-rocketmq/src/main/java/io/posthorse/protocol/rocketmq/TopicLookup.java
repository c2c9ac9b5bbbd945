package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import java.nio.charset.StandardCharsets;

/** Finds topics by the bytes of their names without creating strings: a direct-mapped cache in front of the broker. */
final class TopicLookup {
    private static final int SLOTS = 1 << 15;

    private final Topic[] slots = new Topic[SLOTS];
    private final Broker broker;

    TopicLookup(Broker broker) {
        this.broker = broker;
    }

    /** Returns the topic with that name, or null. */
    Topic find(byte[] text, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + text[i];
        }
        int slot = (hash ^ hash >>> 15) & SLOTS - 1;
        Topic cached = slots[slot];
        if (cached != null && cached.isNamed(text, from, length) && !cached.isDeleted()) {
            return cached;
        }
        Topic topic = broker.topic(new String(text, from, length, StandardCharsets.UTF_8));
        if (topic != null) {
            slots[slot] = topic;
        }
        return topic;
    }
}
