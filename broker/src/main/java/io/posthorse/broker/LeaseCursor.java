package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a subscription has lent and settled in one partition, in the state. Below the floor everything is settled; behind
 * {@link #next} nothing was ever lent. A lease whose time is over is a message that may be lent again; nothing happens at
 * that moment, so no clock is needed to replay it.
 */
final class LeaseCursor {
    /** Bytes of an open lease in a checkpoint. */
    private static final int OPEN = 28;

    private final OffsetSet settled = new OffsetSet();
    private final TreeMap<Long, Lease> open = new TreeMap<>();
    /** Open leases by their end; passed over where that has changed since. */
    private final DueHeap ends = new DueHeap();
    /** The same with the last end first: times are negative. */
    private final DueHeap lastEnds = new DueHeap();

    private long floor;
    private long next;
    /** Whether somebody who reads in order waits until nothing is lent. Not a part of the state: who waits is not either. */
    boolean awaited;

    /**
     * A message that is lent.
     *
     * @param receipt what its consumer settles it by; a new one with each delivery
     * @param untilMs when it may be lent again, ms since 1970
     * @param deliveries how often it was lent
     */
    record Lease(long receipt, long untilMs, int deliveries) {}

    LeaseCursor(long begin) {
        floor = begin;
        next = begin;
    }

    long floor() {
        return floor;
    }

    long next() {
        return next;
    }

    int open() {
        return open.size();
    }

    /** Whether a message is settled, or counts as such since its subscription did not select it. */
    boolean isSettled(long offset) {
        return offset < floor || settled.contains(offset);
    }

    Lease lease(long offset) {
        return open.get(offset);
    }

    /** Offset of the lease that ends first, -1 where none is open. */
    long firstToEnd() {
        return ends.isEmpty() ? -1 : ends.firstOffset();
    }

    /** When the last lease ends, ms since 1970; {@link Long#MIN_VALUE} where none is open. */
    long lastEnd() {
        while (!lastEnds.isEmpty() && !isLive(-lastEnds.firstDue(), lastEnds.firstOffset())) {
            lastEnds.removeFirst();
        }
        return lastEnds.isEmpty() ? Long.MIN_VALUE : -lastEnds.firstDue();
    }

    /** The first offsets that are open, at most so many. */
    long[] first(int most) {
        return open.keySet().stream().limit(most).mapToLong(offset -> offset).toArray();
    }

    /** Offsets of at most so many leases that ended at a time or before, in their order. */
    long[] endedBefore(long nowMs, int most) {
        long[] ended = new long[Math.min(most, open.size())];
        int count = 0;
        while (count < ended.length && !ends.isEmpty() && ends.firstDue() <= nowMs) {
            boolean isAnother = count == 0 || ended[count - 1] != ends.firstOffset(); // one may stand there twice
            if (isAnother && isLive(ends.firstDue(), ends.firstOffset())) {
                ended[count++] = ends.firstOffset();
            }
            ends.removeFirst();
        }
        for (int i = 0; i < count; i++) {
            ends.add(open.get(ended[i]).untilMs, ended[i]); // looked at only: they stay open until they are lent again
        }
        long[] found = Arrays.copyOf(ended, count);
        Arrays.sort(found);
        return found;
    }

    /** Messages were lent; what lies between and was never lent before was passed over by the subscription's filter. */
    void lend(long[] offsets, int count, long behind, long receipt, long untilMs) {
        for (int i = 0; i < count; i++) {
            if (offsets[i] >= next) {
                leaveOut(offsets[i]);
                next = offsets[i] + 1;
            }
        }
        leaveOut(behind);
        for (int i = 0; i < count; i++) {
            Lease before = open.get(offsets[i]);
            put(offsets[i], new Lease(receipt, untilMs, before == null ? 1 : before.deliveries + 1));
        }
        rise();
    }

    /** What lies between the last message looked at and this offset counts as settled. */
    private void leaveOut(long to) {
        if (to <= next) {
            return;
        }
        if (floor == next) {
            floor = to; // nothing is outstanding below, so however many they are, they cost nothing
        } else {
            settled.addAll(next, to);
        }
        next = to;
    }

    /** The end of a lease was changed. */
    void change(long offset, long receipt, long untilMs) {
        Lease before = open.get(offset);
        if (before != null) {
            put(offset, new Lease(receipt, untilMs, before.deliveries));
        }
    }

    private void put(long offset, Lease lease) {
        open.put(offset, lease);
        ends.add(lease.untilMs, offset);
        lastEnds.add(-lease.untilMs, offset);
        passOver();
    }

    /** A message was settled. It may lie below the floor: where the record of a loan has rotted, that passes over others. */
    void settle(long offset) {
        if (offset >= next) {
            return;
        }
        open.remove(offset);
        if (offset >= floor) {
            settled.add(offset);
            rise();
        }
        passOver();
    }

    /** Begins anew at an offset; what is lent is forgotten. */
    void reset(long offset) {
        open.clear();
        ends.retain((end, any) -> false);
        lastEnds.retain((end, any) -> false);
        settled.clear();
        floor = offset;
        next = offset;
    }

    private void rise() {
        floor = settled.removeRun(floor);
    }

    private void passOver() {
        while (!ends.isEmpty() && !isLive(ends.firstDue(), ends.firstOffset())) {
            ends.removeFirst();
        }
        if (ends.size() > 2 * open.size() + 1_024) {
            ends.retain(this::isLive);
        }
        if (lastEnds.size() > 2 * open.size() + 1_024) {
            lastEnds.retain((end, offset) -> isLive(-end, offset));
        }
    }

    private boolean isLive(long end, long offset) {
        Lease lease = open.get(offset);
        return lease != null && lease.untilMs == end;
    }

    int snapshotSize() {
        return 20 + open.size() * OPEN + settled.snapshotSize();
    }

    void snapshot(ByteBuffer out) {
        out.putLong(floor).putLong(next).putInt(open.size());
        for (Map.Entry<Long, Lease> entry : open.entrySet()) {
            Lease lease = entry.getValue();
            out.putLong(entry.getKey()).putLong(lease.receipt).putLong(lease.untilMs).putInt(lease.deliveries);
        }
        settled.snapshot(out);
    }

    static LeaseCursor restored(ByteBuffer in) {
        LeaseCursor cursor = new LeaseCursor(FieldCodec.number64(in));
        cursor.next = FieldCodec.number64(in);
        for (int left = FieldCodec.count(in, OPEN); left > 0; left--) {
            cursor.put(in.getLong(), new Lease(in.getLong(), in.getLong(), in.getInt()));
        }
        cursor.settled.restore(in);
        return cursor;
    }
}
