package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.RecordFormat;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The first message that is not older than a time, as a look at all of them finds it. */
class TimeSearchTest {
    private static final int BODY = 20;

    private final Directory directory = new Directory();
    private final TreeMap<Long, Long> times = new TreeMap<>();
    private Partition partition;

    private void fill(long hotBytes, SeededEntropy entropy, int count) throws IOException {
        directory.hotBytes = hotBytes;
        directory.open();
        partition = directory.topic("t", 1).partition(0);
        for (int i = 0; i < count; i++) {
            directory.clock.advance(entropy.below(4));
            long offset = directory.shard.broker().end(partition);
            directory.publish(partition, BODY);
            times.put(offset, PartitionReader.timeAt(directory.shard.broker().log(), partition.index, offset));
            if (entropy.percent(5)) {
                directory.shard.turn();
                assertTrue(directory.shard.broker().append(new Event.Jumped(1 + entropy.below(3))));
                directory.rest();
            }
        }
    }

    private void rot(long offset) {
        long position = directory.shard.broker().positionOf(partition, offset);
        directory.files.flipBit("%020d.log".formatted(0), (position + RecordFormat.NATIVE + TestFormat.HEADER + 5) * 8);
        times.remove(offset);
    }

    private long expected(long timeMs) {
        return times.entrySet().stream().filter(e -> e.getValue() >= timeMs).map(e -> e.getKey()).findFirst()
                .orElse(directory.shard.broker().end(partition));
    }

    private TimeSearch.Found found(long timeMs) {
        List<TimeSearch.Found> found = new ArrayList<>();
        TimeSearch.begin(directory.shard.broker(), new ImmediateBackground(), List.of(partition), timeMs, found::addAll);
        assertEquals(1, found.size());
        return found.getFirst();
    }

    @Test
    void agreesWithALinearSearch() throws IOException {
        for (long hotBytes : new long[] {1L << 40, 0, 2_000}) {
            times.clear();
            directory.files = new FaultyFileStore(new SeededEntropy(1));
            SeededEntropy entropy = new SeededEntropy(hotBytes);
            fill(hotBytes, entropy, 120);
            for (long time = times.get(0L) - 2; time < times.lastEntry().getValue() + 3; time++) {
                TimeSearch.Found found = found(time);
                assertEquals(expected(time), found.offset(), "at " + time);
                assertEquals(times.getOrDefault(found.offset(), -1L), found.timeMs());
            }
            assertEquals(0, found(0).offset(), "the oldest");
        }
    }

    @Test
    void rottenMessagesDoNotMisleadTheSearch() throws IOException {
        fill(0, new SeededEntropy(3), 100);
        long first = times.firstEntry().getValue();
        long last = times.lastEntry().getValue();
        for (long offset : List.copyOf(times.keySet()).subList(30, 60)) {
            rot(offset);
        }
        for (long time = first; time <= last; time++) {
            long found = found(time).offset();
            long expected = expected(time);
            assertTrue(found <= expected, "nothing is passed over: " + found + " for " + expected);
            assertTrue(times.headMap(found).isEmpty() || times.headMap(found).lastEntry().getValue() < time,
                    "nor too early");
        }
    }

    @Test
    void theOwnerReadsNoColdRecords() throws IOException {
        fill(0, new SeededEntropy(5), 100);
        SimulatedBackground reader = new SimulatedBackground();
        List<TimeSearch.Found> found = new ArrayList<>();
        TimeSearch.begin(directory.shard.broker(), reader, List.of(partition), times.get(0L) + 20, found::addAll);
        int reads = 0;
        while (found.isEmpty()) {
            assertTrue(reader.hasJobs(), "it waits for the reader");
            reader.runJob();
            reader.deliver();
            reads++;
        }
        assertEquals(expected(times.get(0L) + 20), found.getFirst().offset());
        assertTrue(reads >= 4 && reads < 12, reads + " reads");
    }

    @Test
    void manyPartitionsAreSearchedInSequence() throws IOException {
        directory.open();
        Topic topic = directory.topic("wide", 300);
        for (int i = 0; i < 300; i++) {
            directory.publish(topic.partition(i), BODY);
            directory.clock.advance(1);
        }
        long middle = PartitionReader.timeAt(directory.shard.broker().log(), topic.partition(150).index, 0);
        List<TimeSearch.Found> found = new ArrayList<>();
        SimulatedBackground reader = new SimulatedBackground();
        TimeSearch.begin(directory.shard.broker(), reader, topic.partitions(), middle, found::addAll);
        reader.drain();
        assertEquals(300, found.size());
        for (int i = 0; i < 300; i++) {
            assertEquals(i < 150 ? 1 : 0, found.get(i).offset(), "partition " + i);
        }
    }
}
