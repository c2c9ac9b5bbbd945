package io.posthorse.broker;

/**
 * Where the log stands, for people and tools.
 *
 * @param begin first position that is kept
 * @param end behind the last position written
 * @param durable up to here the log is on stable storage
 * @param oldestMs when the oldest message that can be read was written, ms since 1970; -1 where there is none
 * @param diskUsed part of the volume that is in use, 0 to 1; 0 where that can't be told
 */
public record Figures(long begin, long end, long durable, long oldestMs, double diskUsed) {
    static Figures of(Broker broker) {
        Partition first = null;
        long position = Long.MAX_VALUE;
        for (Topic topic : broker.topics()) {
            for (Partition partition : topic.partitions()) {
                long offset = partition.index.ceiling(partition.index.begin());
                if (offset < partition.index.next() && partition.index.position(offset) < position) {
                    position = partition.index.position(offset);
                    first = partition;
                }
            }
        }
        long oldestMs = first == null ? -1 : broker.timeAt(first, first.index.ceiling(first.index.begin()));
        return new Figures(
                broker.log().segmentBases()[0], broker.log().tail(), broker.log().durable(), oldestMs,
                broker.store().diskUsed());
    }
}
