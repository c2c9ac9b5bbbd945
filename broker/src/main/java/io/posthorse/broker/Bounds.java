package io.posthorse.broker;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Bounds of what is given names and settings by clients. They are looked at once, where a topic or subscription comes to be
 * or changes; what is within them can be stored and read back.
 */
public final class Bounds {
    /** Longest name of a topic or subscription, in bytes of UTF-8: 1,024 bytes, each written as three, and a prefix. */
    public static final int NAME_BYTES_MAX = 3_200;

    /** Longest key of an attribute, in bytes of UTF-8. */
    private static final int KEY_BYTES_MAX = 256;

    /** Longest value of an attribute, or text of an {@link SubscriptionOrigin}, in bytes of UTF-8. */
    public static final int VALUE_BYTES_MAX = 32_768;

    private static final int ATTRIBUTES_MAX = 1_024;

    /** Memory that a partition may take with what belongs to it: half of the heap is for partitions. */
    private static final int PARTITION_BYTES = 1_024;

    private static final int PARTITIONS_IN_ALL_MIN = 20_000;

    private Bounds() {}

    /** How many partitions all topics together may have, as the heap allows it: 262,144 with 512 MiB. */
    static int partitionsInAll() {
        long room = Runtime.getRuntime().maxMemory() / 2 / PARTITION_BYTES;
        return Math.clamp(room, PARTITIONS_IN_ALL_MIN, Integer.MAX_VALUE);
    }

    /** @throws IllegalArgumentException where all topics would have more partitions than they may */
    static void checkPartitions(String name, long has, long more, long max) {
        if (more > 0 && has + more > max) {
            throw new IllegalArgumentException("The topic " + name + " cannot have " + more + " queues more: the broker has "
                    + has + ", and may have " + max + " in all with this heap. Delete topics, or give the broker more"
                    + " memory.");
        }
    }

    /** What is wrong with a name, null where it can be one. */
    public static String problem(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        return length >= 1 && length <= NAME_BYTES_MAX
                ? null
                : "A name of " + length + " bytes cannot be stored; it may have 1 to " + NAME_BYTES_MAX + ".";
    }

    static void check(String name, TopicSettings settings) {
        checkName(name);
        checkAttributes(settings.attributes());
        if (settings.partitions() > TopicSettings.PARTITIONS_MAX) {
            throw new IllegalArgumentException("A topic of " + settings.partitions()
                    + " partitions cannot be stored; it may have "
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
            throw new IllegalArgumentException(attributes.size() + " attributes cannot be stored; " + ATTRIBUTES_MAX
                    + " can.");
        }
        attributes.forEach((key, value) -> {
            checkText("attribute's name", key, KEY_BYTES_MAX);
            checkText("attribute " + key, value, VALUE_BYTES_MAX);
        });
    }

    private static void checkText(String what, String text, int max) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > max) {
            throw new IllegalArgumentException("The " + what + " has " + length + " bytes; " + max + " can be stored.");
        }
    }
}
