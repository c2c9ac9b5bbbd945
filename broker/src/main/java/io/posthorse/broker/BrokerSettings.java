package io.posthorse.broker;

import java.util.List;

/**
 * Limits and fixed choices of the core.
 *
 * @param topicsMax maximum number of topics
 * @param subscriptionsMax maximum number of subscriptions
 * @param partitionsMax maximum number of partitions of a topic
 * @param internal names of the broker's own topics
 * @param lanesMs delay of each lane in ms, by lane number
 * @param limits bounds of the messages that wait in the broker
 * @param checkpointBytes maximum bytes of log behind the last checkpoint
 * @param forceMs interval of forces in async mode, in ms
 * @param hotBytes bytes of log behind the tail that are expected in memory; older messages count as cold
 * @param retention rules for dropping old segments
 * @param brokers number of brokers in this process, which share its heap
 */
public record BrokerSettings(
        int topicsMax,
        int subscriptionsMax,
        int partitionsMax,
        InternalTopics internal,
        List<Long> lanesMs,
        PostponedLimits limits,
        long checkpointBytes,
        long forceMs,
        long hotBytes,
        Retention retention,
        int brokers) {
    public BrokerSettings {
        lanesMs = List.copyOf(lanesMs);
    }

    /** Creates the settings of the only broker of a process. */
    public BrokerSettings(
            int topicsMax, int subscriptionsMax, int partitionsMax, InternalTopics internal, List<Long> lanesMs,
            PostponedLimits limits, long checkpointBytes, long forceMs, long hotBytes, Retention retention) {
        this(topicsMax, subscriptionsMax, partitionsMax, internal, lanesMs, limits, checkpointBytes, forceMs, hotBytes,
                retention, 1);
    }

    /** Returns the part of the heap that is for this broker: bounds of what it holds for clients are parts of it. */
    public long heapBytes() {
        return Runtime.getRuntime().maxMemory() / brokers;
    }
}
