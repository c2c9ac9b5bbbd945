package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The messages of transactions in the state: undecided ones, with the time of their next check, and those that were set
 * aside because nobody decided them.
 */
final class PreparedMessages {
    private final TreeMap<Long, Undecided> undecided = new TreeMap<>();
    private final TreeSet<Long> suspended = new TreeSet<>();
    /** Undecided ones by the time of their next check; entries with an outdated time are skipped. */
    private final DueHeap checks = new DueHeap();
    private final PreparedMessageSections pages;

    private Partition partition;
    private Partition suspendedPartition;

    /**
     * A message whose transaction is undecided.
     *
     * @param nextCheckMs time of the next check, ms since 1970
     * @param asked number of checks so far
     */
    record Undecided(long nextCheckMs, int asked) {}

    PreparedMessages(StateChanges changes) {
        this.pages = new PreparedMessageSections(changes, undecided, suspended);
    }

    /** Returns the partition of undecided messages; null before its creation. */
    Partition partition() {
        return partition;
    }

    void partition(Partition created) {
        partition = created;
    }

    /** Returns the partition of messages set aside. */
    Partition suspendedPartition() {
        return suspendedPartition;
    }

    void suspendedPartition(Partition created) {
        suspendedPartition = created;
    }

    int size() {
        return undecided.size();
    }

    /** Returns the state of the undecided message at an offset; null where there is none. */
    Undecided undecided(long offset) {
        return undecided.get(offset);
    }

    /** Returns offsets of undecided messages behind one, oldest first, at most {@code most}. */
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
        skipStale();
    }

    void settle(long offset) {
        if (undecided.containsKey(offset)) {
            pages.touchUndecided(offset);
            undecided.remove(offset);
            skipStale();
        }
    }

    void settleSuspended(long offset) {
        if (suspended.contains(offset)) {
            pages.touchSuspended(offset);
            suspended.remove(offset);
        }
    }

    private void skipStale() {
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

    /** Returns the offset of the next message to check, -1 where there is none. */
    long firstToCheck() {
        return checks.isEmpty() ? -1 : checks.firstOffset();
    }

    /** Returns the first undecided offset from one; {@link Long#MAX_VALUE} where there is none. */
    long nextUndecided(long from) {
        Long next = undecided.ceilingKey(from);
        return next == null ? Long.MAX_VALUE : next;
    }

    /** Returns the oldest undecided offset; {@link Long#MAX_VALUE} where there is none. */
    long oldest() {
        return undecided.isEmpty() ? Long.MAX_VALUE : undecided.firstKey();
    }

    /** Returns the offsets of messages set aside that still exist, oldest first. */
    List<Long> suspended() {
        forgetExpired();
        return new ArrayList<>(suspended);
    }

    /** Returns the number of messages set aside that still exist. */
    int suspendedSize() {
        forgetExpired();
        return suspended.size();
    }

    /** Returns offsets of existing messages set aside behind one, oldest first, at most {@code most}. */
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

    /** Marks all of them as changed. */
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
