package io.posthorse.broker;

import io.posthorse.log.LogView;
import io.posthorse.log.PartitionIndex;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A query whether a topic has a message with an id, delayed messages included. While the keys of older messages are being
 * rebuilt after a crash, it examines the newest messages themselves too.
 */
record IdQuery(Broker broker, Topic topic, String id) implements LogQuery<Boolean> {
    /** Maximum newest messages of all partitions together to examine. */
    private static final int LAST_MAX = 16_384;
    /** Maximum newest messages of one partition to examine. */
    private static final int LAST_EACH_MAX = 2_000;

    @Override
    public Search<Boolean> begin() {
        Set<Integer> partitions = new HashSet<>();
        topic.partitions().forEach(p -> partitions.add(p.id()));
        partitions.add(broker.state().postponed.timed.partition().id());
        long[] last = broker.store().keys().isComplete() ? new long[0] : last(partitions);
        KeySearch keys = new KeySearch(broker.log(), broker.renderer(), broker.store().keys(), partitions,
                broker.unreadable);
        LogView view = broker.log().view();
        return new Search<>() {
            @Override
            public Boolean find() {
                return keys.hasId(topic.name(), id) || LongStream.of(last).anyMatch(position -> isMeant(view, position));
            }

            @Override
            public void end() {
                keys.end();
            }
        };
    }

    private long[] last(Set<Integer> partitions) {
        int each = Math.max(1, Math.min(LAST_EACH_MAX, LAST_MAX / partitions.size()));
        return partitions.stream().limit(LAST_MAX).map(broker.state()::partition)
                .flatMapToLong(partition -> last(partition.index, broker.end(partition), each)).toArray();
    }

    private static LongStream last(PartitionIndex index, long end, int most) {
        long from = index.ceiling(Math.max(index.begin(), end - most));
        return LongStream.iterate(from, at -> at < end, at -> index.ceiling(at + 1)).map(index::position);
    }

    private boolean isMeant(LogView view, long position) {
        var bytes = view.bytes(position);
        return bytes != null && id.equals(broker.renderer().id(bytes, view.index(position)));
    }
}
