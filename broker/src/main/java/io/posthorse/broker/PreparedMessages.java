package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Messages of transactions in the state: those that are undecided, with the time when their sender is asked next, and
 * those that were set aside because nobody ever decided them.
 */
final class PreparedMessages {
    private final TreeMap<Long, Undecided> undecided = new TreeMap<>();
    private final TreeSet<Long> suspended = new TreeSet<>();
    /** Undecided ones by the time of their next check; passed over where that has changed since. */
    private final DueHeap checks = new DueHeap();
    private final PreparedMessageSections pages;

    private Partition partition;
    private Partition suspendedPartition;

    /**
     * A message whose transaction is undecided.
     *
     * @param nextCheckMs when its sender is asked again, ms since 1970
     * @param asked how often its sender was asked
     */
    record Undecided(long nextCheckMs, int asked) {}

    PreparedMessages(StateChanges changes) {
        this.pages = new PreparedMessageSections(changes, undecided, suspended);
    }

    /** The partition that keeps the undecided ones; null before it was created. */
    Partition partition() {
        return partition;
    }

    void partition(Partition created) {
        partition = created;
    }

    /** The partition of those that were set aside. */
    Partition suspendedPartition() {
        return suspendedPartition;
    }

    void suspendedPartition(Partition created) {
        suspendedPartition = created;
    }

    int size() {
        return undecided.size();
    }

    /** What is known of the undecided message at an offset; null where there is none. */
    Undecided undecided(long offset) {
        return undecided.get(offset);
    }

    /** Offsets of the undecided ones behind an offset, oldest first, at most so many. */
    long[] undecidedBehind(long offset, int most) {
        return undecided.tailMap(offset, false).keySet().stream().limit(most).mapToLong(Long::longValue).toArray();
    }

    boolean isSuspended(long offset) {
        return suspended.contains(offset);
    }

    void add(long offset, long firstCheckMs) {
        put(offset, new Undecided(firstCheckMs, 0));
    }

    void suspend(long offset) {
        pages.touchSuspended(offset);
        suspended.add(offset);
    }

    void checked(long offset, long nextCheckMs, int asked) {
        if (undecided.containsKey(offset)) {
            put(offset, new Undecided(nextCheckMs, asked));
        }
    }

    private void put(long offset, Undecided state) {
        pages.touchUndecided(offset);
        restore(offset, state);
    }

    private void restore(long offset, Undecided state) {
        undecided.put(offset, state);
        checks.add(state.nextCheckMs, offset);
        passOver();
    }

    void settle(long offset) {
        if (undecided.containsKey(offset)) {
            pages.touchUndecided(offset);
            undecided.remove(offset);
            passOver();
        }
    }

    void settleSuspended(long offset) {
        if (suspended.contains(offset)) {
            pages.touchSuspended(offset);
            suspended.remove(offset);
        }
    }

    private void passOver() {
        while (!checks.isEmpty() && !isLive(checks.firstDue(), checks.firstOffset())) {
            checks.removeFirst();
        }
        if (checks.size() > 2 * undecided.size() + 1_024) {
            checks.retain(this::isLive);
        }
    }

    private boolean isLive(long due, long offset) {
        Undecided state = undecided.get(offset);
        return state != null && state.nextCheckMs == due;
    }

    /** Offset of the one to be asked about first, -1 where there is none. */
    long firstToCheck() {
        return checks.isEmpty() ? -1 : checks.firstOffset();
    }

    /** The first undecided offset from one on; {@link Long#MAX_VALUE} where there is none. */
    long nextUndecided(long from) {
        Long next = undecided.ceilingKey(from);
        return next == null ? Long.MAX_VALUE : next;
    }

    /** Oldest undecided offset; {@link Long#MAX_VALUE} where there is none. */
    long oldest() {
        return undecided.isEmpty() ? Long.MAX_VALUE : undecided.firstKey();
    }

    /** Offsets of those that were set aside and are still kept, oldest first. */
    List<Long> suspended() {
        forgetExpired();
        return new ArrayList<>(suspended);
    }

    /** How many were set aside and are still kept. */
    int suspendedSize() {
        forgetExpired();
        return suspended.size();
    }

    /** Offsets of those that were set aside and are still kept, oldest first, behind an offset, at most so many. */
    long[] suspendedBehind(long offset, int most) {
        forgetExpired();
        return suspended.tailSet(offset, false).stream().limit(most).mapToLong(Long::longValue).toArray();
    }

    private void forgetExpired() {
        if (suspendedPartition != null) {
            SortedSet<Long> expired = suspended.headSet(suspendedPartition.index.begin());
            expired.forEach(pages::touchSuspended);
            expired.clear();
        }
    }

    int snapshotSize() {
        return 8 + undecided.size() * 20 + suspended().size() * 8;
    }

    void snapshot(ByteBuffer out) {
        out.putInt(undecided.size());
        undecided.forEach((offset, state) -> out.putLong(offset).putLong(state.nextCheckMs).putInt(state.asked));
        out.putInt(suspended.size());
        suspended.forEach(out::putLong);
    }

    void restore(ByteBuffer in) {
        for (int left = FieldCodec.count(in, 20); left > 0; left--) {
            put(in.getLong(), new Undecided(in.getLong(), in.getInt()));
        }
        for (int left = FieldCodec.count(in, 8); left > 0; left--) {
            suspend(in.getLong());
        }
    }

    /** All of them count as changed. */
    void changeAll() {
        undecided.keySet().forEach(pages::touchUndecided);
        suspended.forEach(pages::touchSuspended);
    }

    void restoreUndecided(long page, ByteBuffer in) {
        PreparedMessageSections.readUndecided(page, in, this::restore);
    }

    void restoreSuspended(long page, ByteBuffer in) {
        PreparedMessageSections.readSuspended(page, in, suspended);
    }
}
