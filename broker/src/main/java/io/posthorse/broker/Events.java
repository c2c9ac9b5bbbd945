package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The events other than messages, and their bytes in a record's payload. Strings are u16 length and UTF-8, booleans a
 * byte; numbers are big endian. The table for people is in docs/formats/log-segment.md.
 */
final class Events {
    /** A topic came to be or changed: name, settings, first number given to its new partitions. */
    static final byte TOPIC = 2;

    static final byte TOPIC_DELETED = 3;
    /** A subscription came to be or changed: name, settings. */
    static final byte SUBSCRIPTION = 4;

    static final byte SUBSCRIPTION_DELETED = 5;
    /** A cursor moved: u32 subscription, u32 partition, u64 offset. */
    static final byte CURSOR = 6;
    /** All partitions leave out so many offsets: u64. */
    static final byte JUMP = 7;
    /**
     * A message that waited does so no longer: it was taken back, rolled back, cannot be read, or waits elsewhere as
     * another record of the same group says: u32 partition, u64 offset.
     */
    static final byte SETTLED = 8;

    static final int SETTLED_SIZE = 12;
    /** The sender of a prepared message was to be asked: u64 offset, u64 ms of the next check, u32 times asked. */
    static final byte CHECKED = 9;

    /**
     * Messages were lent: u32 subscription, u32 partition, u64 behind the last one looked at, u64 receipt, u64 ms of the
     * end, u32 count, and so many u64 offsets.
     */
    static final byte LENT = 10;
    /** Messages were settled: u32 subscription, u32 partition, u32 count, and so many u64 offsets. */
    static final byte LENT_SETTLED = 11;
    /** A lease ends at another time: u32 subscription, u32 partition, u64 offset, u64 receipt, u64 ms of the end. */
    static final byte LEASE_CHANGED = 12;
    /**
     * Messages were settled that were not lent for a time: u32 subscription, u32 partition, u32 count, and so many runs of
     * u64 first offset and u64 length.
     */
    static final byte SETTLED_RUNS = 13;
    /** Such a message came back: u32 subscription, u32 partition, u64 offset, u32 times that it was handed out. */
    static final byte RETURNED = 14;

    /** A group was prepared: see {@link PreparedGroups}. */
    static final byte PREPARED = 15;
    /** It was committed, with the other records of this atomic group, or rolled back: its id. */
    static final byte PREPARED_DECIDED = 16;

    private Events() {}

    static int settledRunsSize(int runs) {
        return 12 + runs * 16;
    }

    static int size(String text) {
        return 2 + text.getBytes(StandardCharsets.UTF_8).length;
    }

    static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static int size(TopicSettings settings) {
        return 4 + 4 + 1 + 1 + size(settings.attributes());
    }

    static void put(ByteBuffer out, TopicSettings settings) {
        out.putInt(settings.readPartitions()).putInt(settings.writePartitions());
        out.put((byte) settings.permissions()).put((byte) (settings.ordered() ? 1 : 0));
        put(out, settings.attributes());
    }

    static TopicSettings topicSettings(ByteBuffer in) {
        int read = in.getInt();
        int write = in.getInt();
        int permissions = in.get();
        boolean ordered = in.get() != 0;
        return new TopicSettings(read, write, permissions, ordered, attributes(in));
    }

    private static int size(SortedMap<String, String> attributes) {
        int size = 2;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            size += size(attribute.getKey()) + size(attribute.getValue());
        }
        return size;
    }

    private static void put(ByteBuffer out, SortedMap<String, String> attributes) {
        out.putShort((short) attributes.size());
        attributes.forEach((key, value) -> {
            put(out, key);
            put(out, value);
        });
    }

    private static TreeMap<String, String> attributes(ByteBuffer in) {
        TreeMap<String, String> attributes = new TreeMap<>();
        for (int left = in.getShort(); left > 0; left--) {
            attributes.put(text(in), text(in));
        }
        return attributes;
    }

    private static final int SUBSCRIPTION_FIXED = 1 + 1 + 1 + 1 + 4 + 4 + 1;
    /** In the first byte of a subscription's settings: attributes follow the fixed part. Older logs never have it. */
    private static final int HAS_ATTRIBUTES = 2;

    static int size(SubscriptionSettings settings) {
        return SUBSCRIPTION_FIXED + (settings.attributes().isEmpty() ? 0 : size(settings.attributes()));
    }

    static void put(ByteBuffer out, SubscriptionSettings settings) {
        boolean more = !settings.attributes().isEmpty();
        out.put((byte) ((settings.consumeEnabled() ? 1 : 0) | (more ? HAS_ATTRIBUTES : 0)));
        putFlag(out, settings.broadcastEnabled());
        putFlag(out, settings.consumeFromMin());
        putFlag(out, settings.ordered());
        out.putInt(settings.retryPartitions()).putInt(settings.retryMax());
        putFlag(out, settings.notifyMembers());
        if (more) {
            put(out, settings.attributes());
        }
    }

    static SubscriptionSettings subscriptionSettings(ByteBuffer in) {
        byte first = in.get();
        return new SubscriptionSettings(
                (first & 1) != 0, flag(in), flag(in), flag(in), in.getInt(), in.getInt(), flag(in),
                (first & HAS_ATTRIBUTES) != 0 ? attributes(in) : new TreeMap<>());
    }

    private static void putFlag(ByteBuffer out, boolean flag) {
        out.put((byte) (flag ? 1 : 0));
    }

    private static boolean flag(ByteBuffer in) {
        return in.get() != 0;
    }
}
