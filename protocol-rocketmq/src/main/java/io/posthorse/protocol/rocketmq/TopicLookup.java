package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds topics by the bytes of their names without making strings of them: a direct-mapped cache before the broker. */
final class TopicLookup {
    private static final int SLOTS = 1 << 15;

    private final Entry[] slots = new Entry[SLOTS];
    private final Broker broker;

    private record Entry(byte[] name, Topic topic) {}

    TopicLookup(Broker broker) {
        this.broker = broker;
    }

    /** The topic of that name, or null. */
    Topic find(byte[] text, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + text[i];
        }
        int slot = (hash ^ hash >>> 15) & SLOTS - 1;
        Entry entry = slots[slot];
        if (entry != null
                && Arrays.equals(entry.name, 0, entry.name.length, text, from, from + length)
                && !entry.topic.isDeleted()) {
            return entry.topic;
        }
        byte[] name = Arrays.copyOfRange(text, from, from + length);
        Topic topic = broker.topic(new String(name, StandardCharsets.UTF_8));
        if (topic != null) {
            slots[slot] = new Entry(name, topic);
        }
        return topic;
    }
}
