package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of a subscription's leases in one partition. Below the floor everything is settled; behind {@link #next}
 * nothing was ever lent. A message whose lease has ended may be lent again; nothing happens at that moment, so a replay
 * needs no clock.
 */
final class LeaseCursor {
    /** Bytes of an open lease in a checkpoint. */
    private static final int OPEN = 28;

    private final OffsetSet settled = new OffsetSet();
    private final TreeMap<Long, Lease> open = new TreeMap<>();
    /** Open leases by their end; entries with an outdated end are skipped. */
    private final DueHeap ends = new DueHeap();
    /** Open leases with the last end first: times are negative. */
    private final DueHeap lastEnds = new DueHeap();

    private long floor;
    private long next;
    /** Whether an ordered reader waits until nothing is lent. Not a part of the state, since waiters are not either. */
    boolean awaited;

    /**
     * A lent message.
     *
     * @param receipt id by which its consumer settles it; a new one with each delivery
     * @param untilMs time from which it may be lent again, ms since 1970
     * @param deliveries number of times it was lent
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

    /** Returns whether a message is settled, or counts as such since its subscription did not select it. */
    boolean isSettled(long offset) {
        return offset < floor || settled.contains(offset);
    }

    Lease lease(long offset) {
        return open.get(offset);
    }

    /** Returns the offset of the lease that ends first, -1 where none is open. */
    long firstToEnd() {
        return ends.isEmpty() ? -1 : ends.firstOffset();
    }

    /** Returns the end of the last lease, ms since 1970; {@link Long#MIN_VALUE} where none is open. */
    long lastEnd() {
        while (!lastEnds.isEmpty() && !isLive(-lastEnds.firstDue(), lastEnds.firstOffset())) {
            lastEnds.removeFirst();
        }
        return lastEnds.isEmpty() ? Long.MIN_VALUE : -lastEnds.firstDue();
    }

    /** Returns the first open offsets, at most {@code most}. */
    long[] first(int most) {
        return open.keySet().stream().limit(most).mapToLong(offset -> offset).toArray();
    }

    /** Returns the offsets of at most {@code most} leases that ended at a time or before, in order. */
    long[] endedBefore(long nowMs, int most) {
        long[] ended = new long[Math.min(most, open.size())];
        int count = 0;
        while (count < ended.length && !ends.isEmpty() && ends.firstDue() <= nowMs) {
            boolean isAnother = count == 0 || ended[count - 1] != ends.firstOffset(); // an entry may be there twice
            if (isAnother && isLive(ends.firstDue(), ends.firstOffset())) {
                ended[count++] = ends.firstOffset();
            }
            ends.removeFirst();
        }
        for (int i = 0; i < count; i++) {
            ends.add(open.get(ended[i]).untilMs, ended[i]); // stays open until it is lent again
        }
        long[] found = Arrays.copyOf(ended, count);
        Arrays.sort(found);
        return found;
    }

    /** Lends messages. The subscription's filter skipped new messages between them. */
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

    /** Marks the messages between the last examined one and this offset as settled. */
    private void leaveOut(long to) {
        if (to <= next) {
            return;
        }
        if (floor == next) {
            floor = to; // nothing is outstanding below, so skipped messages take no memory
        } else {
            settled.addAll(next, to);
        }
        next = to;
    }

    /** Changes the end of a lease. */
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
        skipStale();
    }

    /** Settles a message. It may be below the floor: where the record of a loan has rotted, the floor skips messages. */
    void settle(long offset) {
        if (offset >= next) {
            return;
        }
        open.remove(offset);
        if (offset >= floor) {
            settled.add(offset);
            rise();
        }
        skipStale();
    }

    /** Restarts at an offset and forgets all leases. */
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

    private void skipStale() {
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
