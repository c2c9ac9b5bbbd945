package io.posthorse.broker;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings of a topic that an operator or a first producer chose.
 *
 * @param readPartitions number of partitions that consumers see
 * @param writePartitions number of partitions that producers see
 * @param permissions bits: {@link #READ}, {@link #WRITE}, {@link #INHERIT}
 * @param ordered whether producers should keep to the same partitions when one is away
 * @param attributes further settings, passed through
 */
public record TopicSettings(
        int readPartitions, int writePartitions, int permissions, boolean ordered, SortedMap<String, String> attributes) {
    /** Topics may be created on first use with this one as template. */
    public static final int INHERIT = 1;

    /** Maximum partitions of a topic, whatever the configured limit. */
    public static final int PARTITIONS_MAX = 1 << 16;

    /** Maximum partitions of a topic that is recovered from its messages. */
    static final int RECOVERED_MAX = 4_096;

    public static final int WRITE = 2;
    public static final int READ = 4;

    public TopicSettings {
        if (readPartitions < 0 || writePartitions < 0) {
            throw new IllegalArgumentException("a topic cannot have fewer than 0 partitions");
        }
        attributes = new TreeMap<>(attributes);
    }

    /** Returns settings of a readable and writable topic, with equal numbers of partitions to read and to write. */
    public static TopicSettings of(int partitions) {
        return new TopicSettings(partitions, partitions, READ | WRITE, false, new TreeMap<>(Map.of()));
    }

    public TopicSettings withPermissions(int bits) {
        return new TopicSettings(readPartitions, writePartitions, bits, ordered, attributes);
    }

    TopicSettings withPartitions(int partitions) {
        return new TopicSettings(partitions, partitions, permissions, ordered, attributes);
    }

    public boolean isWritable() {
        return (permissions & WRITE) != 0;
    }

    public boolean isReadable() {
        return (permissions & READ) != 0;
    }

    /** Returns the number of partitions that the topic must have. */
    public int partitions() {
        return Math.max(readPartitions, writePartitions);
    }
}
