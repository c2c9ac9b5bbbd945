package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/**
 * The settled messages of a subscription in one partition, in the state, for messages settled one by one: everything below
 * the floor, and some above it. It does not record which consumer holds a message: after a restart unsettled messages are
 * handed out again.
 */
final class SettledCursor {
    private final OffsetSet settled = new OffsetSet();
    /** Attempts of messages that were given back, by offset. */
    private final TreeMap<Long, Integer> deliveries = new TreeMap<>();

    private long floor;
    private int resets;

    SettledCursor(long floor) {
        this.floor = floor;
    }

    /** Returns the offset below which everything is settled. */
    long floor() {
        return floor;
    }

    /** Returns how often it restarted at another offset. */
    int resets() {
        return resets;
    }

    boolean isSettled(long offset) {
        return offset < floor || settled.contains(offset);
    }

    /** Returns the number of settled messages above the floor. */
    long settledAbove() {
        return settled.size();
    }

    /** Returns the first unsettled offset at or behind the given one. */
    long nextUnsettled(long from) {
        return settled.nextClear(Math.max(from, floor));
    }

    /** Returns the first settled offset at or behind the given one, {@link Long#MAX_VALUE} where there is none. */
    long nextSettled(long from) {
        long settledAbove = settled.nextSet(Math.max(from, floor));
        return from < floor ? from : settledAbove < 0 ? Long.MAX_VALUE : settledAbove;
    }

    int deliveries(long offset) {
        return deliveries.getOrDefault(offset, 0);
    }

    /** Settles consecutive offsets. */
    void settle(long first, long count) {
        long from = Math.max(first, floor);
        long to = first + count;
        if (from >= to) {
            return;
        }
        if (!deliveries.isEmpty()) {
            deliveries.subMap(from, to).clear();
        }
        if (from == floor) { // in order, the usual case
            settled.removeBelow(to);
            floor = settled.removeRun(to);
            return;
        }
        settled.addAll(from, to);
        floor = settled.removeRun(floor);
    }

    /** Notes that a message was given back after the given number of attempts. */
    void returned(long offset, int times) {
        if (!isSettled(offset)) {
            deliveries.put(offset, times);
        }
    }

    /** Restarts at an offset. */
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
