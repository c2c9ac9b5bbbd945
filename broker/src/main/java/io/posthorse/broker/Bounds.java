package io.posthorse.broker;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The bounds of names and settings that clients choose. They are checked once, where a topic or subscription is created or
 * changed; values within them can be stored and read back.
 */
public final class Bounds {
    /**
     * Maximum length of a topic or subscription name, in bytes of UTF-8: 1,024 bytes, each written as three, and a prefix.
     */
    public static final int NAME_BYTES_MAX = 3_200;

    /** Maximum length of an attribute's key, in bytes of UTF-8. */
    private static final int KEY_BYTES_MAX = 256;

    /** Maximum length of an attribute's value, or of a text in a {@link SubscriptionOrigin}, in bytes of UTF-8. */
    public static final int VALUE_BYTES_MAX = 32_768;

    private static final int ATTRIBUTES_MAX = 1_024;

    /** Bytes of memory that a partition may take with everything that belongs to it: half of the heap is for partitions. */
    private static final int PARTITION_BYTES = 1_024;

    private static final int PARTITIONS_IN_ALL_MIN = 20_000;

    private Bounds() {}

    /**
     * Returns the maximum number of partitions of all topics together, according to the heap: 262,144 with 512 MiB that one
     * broker has alone.
     */
    static int partitionsInAll(BrokerSettings settings) {
        long room = settings.heapBytes() / 2 / PARTITION_BYTES;
        return Math.clamp(room, PARTITIONS_IN_ALL_MIN / settings.brokers(), Integer.MAX_VALUE);
    }

    /** @throws IllegalArgumentException where all topics together would exceed the maximum number of partitions */
    static void checkPartitions(String name, long has, long more, long max) {
        if (more > 0 && has + more > max) {
            throw new IllegalArgumentException("The topic " + name + " cannot have " + more + " more queues: the broker has "
                    + has + ", and may have " + max + " in all with this heap. Delete topics, or give the broker more"
                    + " memory.");
        }
    }

    /** Returns what is wrong with a name, or null where it is valid. */
    public static String problem(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        return length >= 1 && length <= NAME_BYTES_MAX
                ? null
                : "A name of " + length + " bytes cannot be stored; it must have 1 to " + NAME_BYTES_MAX + ".";
    }

    static void check(String name, TopicSettings settings) {
        checkName(name);
        checkAttributes(settings.attributes());
        if (settings.partitions() > TopicSettings.PARTITIONS_MAX) {
            throw new IllegalArgumentException("A topic with " + settings.partitions()
                    + " partitions cannot be stored; the maximum is "
                    + TopicSettings.PARTITIONS_MAX + ".");
        }
    }

    static void check(String name, SubscriptionSettings settings) {
        checkName(name);
        checkAttributes(settings.attributes());
        if (settings.origin() != null) {
            checkText("user", settings.origin().user(), VALUE_BYTES_MAX);
            checkText("source", settings.origin().source(), VALUE_BYTES_MAX);
            checkText("selector", settings.origin().selector(), VALUE_BYTES_MAX);
        }
    }

    private static void checkName(String name) {
        String problem = problem(name);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    private static void checkAttributes(Map<String, String> attributes) {
        if (attributes.size() > ATTRIBUTES_MAX) {
            throw new IllegalArgumentException(attributes.size() + " attributes cannot be stored; the maximum is "
                    + ATTRIBUTES_MAX
                    + ".");
        }
        attributes.forEach((key, value) -> {
            checkText("name of an attribute", key, KEY_BYTES_MAX);
            checkText("attribute " + key, value, VALUE_BYTES_MAX);
        });
    }

    private static void checkText(String what, String text, int max) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > max) {
            throw new IllegalArgumentException("The " + what + " has " + length + " bytes; the maximum is " + max + ".");
        }
    }
}
