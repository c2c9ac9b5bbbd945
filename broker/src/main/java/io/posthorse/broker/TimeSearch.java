package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.PartitionIndex;
import io.posthorse.platform.Background;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A search of partitions for the first visible message that is not older than a time, by bisection. Another thread reads
 * records that may have to come from the disk, and other work goes on meanwhile; where all of them are in memory, the
 * search ends at once.
 */
public final class TimeSearch {
    /** Maximum rotten messages in a row to skip. */
    private static final int ROTTEN_MAX = 64;
    /** Messages examined before other work goes on. */
    private static final int LOOKS_MAX = 1_000;

    private final Broker broker;
    private final Background reader;
    private final List<Partition> partitions;
    private final long timeMs;
    private final Consumer<List<Found>> done;
    private final List<Found> found = new ArrayList<>();
    private long low;
    private long high;
    /** Offset whose time is needed; -1 where the next one is to be chosen. */
    private long probe = -1;

    private int rotten;
    /** Position of the last record that the reader has read into memory. */
    private long warmed = -1;

    /**
     * The result in a partition.
     *
     * @param offset of the message; the end of the partition where there is none
     * @param timeMs time at which it was written, ms since 1970; -1 where there is none
     */
    public record Found(Partition partition, long offset, long timeMs) {}

    private TimeSearch(
            Broker broker, Background reader, List<Partition> partitions, long timeMs, Consumer<List<Found>> done) {
        this.broker = broker;
        this.reader = reader;
        this.partitions = List.copyOf(partitions);
        this.timeMs = timeMs;
        this.done = done;
    }

    /**
     * Begins a search.
     *
     * @param reader thread that reads messages that may have to come from the disk
     * @param timeMs ms since 1970; 0 finds the oldest message
     * @param done receives the results in the order of the partitions, on the owner's thread, now or later
     */
    public static void begin(
            Broker broker, Background reader, List<Partition> partitions, long timeMs, Consumer<List<Found>> done) {
        TimeSearch search = new TimeSearch(broker, reader, partitions, timeMs, done);
        search.next();
        search.run();
    }

    private Partition partition() {
        return partitions.get(found.size());
    }

    /** Continues with the next partition. */
    private void next() {
        if (found.size() < partitions.size()) {
            low = broker.begin(partition());
            high = timeMs <= 0 ? low : broker.end(partition());
        }
    }

    private void run() {
        for (int looks = 0; looks < LOOKS_MAX; looks++) {
            if (found.size() == partitions.size()) {
                done.accept(found);
                return;
            }
            if (low < high ? !bisect(partition().index) : !finish(partition().index)) {
                return; // a read is under way
            }
        }
        reader.run(() -> { }, failure -> run());
    }

    private boolean bisect(PartitionIndex index) {
        long middle = (low + high) >>> 1;
        long there = index.ceiling(middle);
        if (there >= high) {
            high = middle; // only gaps above it
            return true;
        }
        if (probe < 0) {
            probe = there;
            rotten = 0;
        }
        if (!isResident(index, probe)) {
            return false;
        }
        long time = PartitionReader.timeAt(broker.log(), index, probe);
        long behind = index.ceiling(probe + 1);
        if (time < 0 && rotten++ < ROTTEN_MAX && behind < high) {
            probe = behind; // a rotten message says nothing of its neighbours
            return true;
        }
        if (time >= 0 && time < timeMs) {
            low = probe + 1;
        } else {
            high = middle;
        }
        probe = -1;
        return true;
    }

    private boolean finish(PartitionIndex index) {
        long end = broker.end(partition());
        long offset = Math.min(index.ceiling(low), end);
        if (offset < end && !isResident(index, offset)) {
            return false;
        }
        found.add(new Found(partition(), offset, offset < end ? PartitionReader.timeAt(broker.log(), index, offset) : -1));
        next();
        return true;
    }

    /** Returns whether a message's record is resident; otherwise begins to read it, after which the search continues. */
    private boolean isResident(PartitionIndex index, long offset) {
        long position = index.position(offset);
        if (!broker.isCold(position) || position == warmed) {
            return true;
        }
        Log log = broker.log();
        long number = log.beginRead();
        LogView view = log.view();
        reader.run(() -> view.bytes(position), failure -> {
            log.endRead(number);
            warmed = position;
            run();
        });
        return false;
    }
}
