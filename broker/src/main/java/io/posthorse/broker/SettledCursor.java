package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * What a subscription whose messages are settled one by one has settled in one partition, in the state: everything below
 * the floor, and some above it. Who holds a message is not in here: a message that was not settled when the broker ended
 * is handed out again.
 */
final class SettledCursor {
    private final OffsetSet settled = new OffsetSet();
    /** How often a message was handed out that came back, by offset. */
    private final TreeMap<Long, Integer> deliveries = new TreeMap<>();

    private long floor;
    private int resets;

    SettledCursor(long floor) {
        this.floor = floor;
    }

    /** Everything below is settled. */
    long floor() {
        return floor;
    }

    /** Counts how often it began anew somewhere else. */
    int resets() {
        return resets;
    }

    boolean isSettled(long offset) {
        return offset < floor || settled.contains(offset);
    }

    /** How many above the floor are settled. */
    long settledAbove() {
        return settled.size();
    }

    /** First offset from there on that is not settled. */
    long nextUnsettled(long from) {
        return settled.nextClear(Math.max(from, floor));
    }

    /** First offset from there on that is settled, {@link Long#MAX_VALUE} where none is. */
    long nextSettled(long from) {
        long settledAbove = settled.nextSet(Math.max(from, floor));
        return from < floor ? from : settledAbove < 0 ? Long.MAX_VALUE : settledAbove;
    }

    int deliveries(long offset) {
        return deliveries.getOrDefault(offset, 0);
    }

    /** Settles so many offsets in a row. */
    void settle(long first, long count) {
        long from = Math.max(first, floor);
        long to = first + count;
        if (from >= to) {
            return;
        }
        if (!deliveries.isEmpty()) {
            deliveries.subMap(from, to).clear();
        }
        if (from == floor) { // in order, as it mostly is
            settled.removeBelow(to);
            floor = settled.removeRun(to);
            return;
        }
        settled.addAll(from, to);
        floor = settled.removeRun(floor);
    }

    /** A message came back that was handed out so often. */
    void returned(long offset, int times) {
        if (!isSettled(offset)) {
            deliveries.put(offset, times);
        }
    }

    /** Begins anew at an offset. */
    void reset(long offset) {
        settled.clear();
        deliveries.clear();
        floor = offset;
        resets++;
    }

    int snapshotSize() {
        return 12 + deliveries.size() * 12 + settled.snapshotSize();
    }

    void snapshot(ByteBuffer out) {
        out.putLong(floor).putInt(deliveries.size());
        deliveries.forEach((offset, times) -> out.putLong(offset).putInt(times));
        settled.snapshot(out);
    }

    static SettledCursor restored(ByteBuffer in) {
        SettledCursor cursor = new SettledCursor(FieldCodec.number64(in));
        for (int left = FieldCodec.count(in, 12); left > 0; left--) {
            cursor.deliveries.put(in.getLong(), in.getInt());
        }
        cursor.settled.restore(in);
        return cursor;
    }
}
