package io.posthorse.broker;

import java.util.List;

/**
 * Limits and fixed choices of the core.
 *
 * @param topicsMax how many topics there may be
 * @param subscriptionsMax how many subscriptions there may be
 * @param partitionsMax how many partitions a topic may have
 * @param internal names of the broker's own topics
 * @param lanesMs delay of each lane in ms, by lane number
 * @param limits bounds of what waits in the broker
 * @param checkpointBytes how much log may lie behind the last checkpoint
 * @param forceMs how often what was written is forced in async mode
 * @param hotBytes how much log behind the tail is taken to be in memory; older messages count as cold
 * @param retention which old segments are dropped
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
        Retention retention) {
    public BrokerSettings {
        lanesMs = List.copyOf(lanesMs);
    }
}
