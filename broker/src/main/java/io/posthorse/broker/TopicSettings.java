package io.posthorse.broker;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an operator or a first producer chose for a topic.
 *
 * @param readPartitions how many partitions consumers are told of
 * @param writePartitions how many partitions producers are told of
 * @param permissions bits: {@link #READ}, {@link #WRITE}, {@link #INHERIT}
 * @param ordered whether producers should keep to the partitions there are when one is away
 * @param attributes further settings, passed through
 */
public record TopicSettings(
        int readPartitions, int writePartitions, int permissions, boolean ordered, SortedMap<String, String> attributes) {
    /** Topics may be created on first use after the model of this one. */
    public static final int INHERIT = 1;

    /** Most partitions that a topic can have, whatever the limit in force. */
    public static final int PARTITIONS_MAX = 1 << 16;

    /** Most partitions that a topic may have when it is made again from its messages. */
    static final int RECOVERED_MAX = 4_096;

    public static final int WRITE = 2;
    public static final int READ = 4;

    public TopicSettings {
        if (readPartitions < 0 || writePartitions < 0) {
            throw new IllegalArgumentException("a topic cannot have fewer than 0 partitions");
        }
        attributes = new TreeMap<>(attributes);
    }

    /** Readable and writable, as many partitions to read as to write. */
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

    /** How many partitions a topic has to have for it. */
    public int partitions() {
        return Math.max(readPartitions, writePartitions);
    }
}
