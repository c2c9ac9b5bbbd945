package io.posthorse.broker;

/**
 * The figures of the log, for people and tools.
 *
 * @param begin first position kept
 * @param end position behind the last written one
 * @param durable position below which the log is on stable storage
 * @param oldestMs time of the oldest part of the log, ms since 1970; -1 where there is no message
 * @param diskUsed used fraction of the volume, 0 to 1; 0 where it is unknown
 */
public record LogFigures(long begin, long end, long durable, long oldestMs, double diskUsed) {
    static LogFigures of(Broker broker) {
        return new LogFigures(
                broker.log().segmentBases()[0], broker.log().tail(), broker.log().durable(),
                hasMessage(broker) ? broker.log().oldestTime() : -1, broker.store().diskUsed());
    }

    /** Returns whether a topic has a message; stops at the first one. */
    private static boolean hasMessage(Broker broker) {
        return broker.topics().stream().flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.index.next() > partition.index.begin());
    }
}
