package io.posthorse.broker;

/**
 * Where the log stands, for people and tools.
 *
 * @param begin first position that is kept
 * @param end behind the last position written
 * @param durable up to here the log is on stable storage
 * @param oldestMs when the oldest part of the log was begun, ms since 1970; -1 where there is no message
 * @param diskUsed part of the volume that is in use, 0 to 1; 0 where that can't be told
 */
public record LogFigures(long begin, long end, long durable, long oldestMs, double diskUsed) {
    static LogFigures of(Broker broker) {
        return new LogFigures(
                broker.log().segmentBases()[0], broker.log().tail(), broker.log().durable(),
                hasMessage(broker) ? broker.log().oldestTime() : -1, broker.store().diskUsed());
    }

    /** Whether a topic has a message; ends at the first that has. */
    private static boolean hasMessage(Broker broker) {
        return broker.topics().stream().flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.index.next() > partition.index.begin());
    }
}
