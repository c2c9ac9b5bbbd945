package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.IntStream;

/** The messages that become visible at a time of their own, in the state: which ones wait, and which one is due first. */
final class TimedMessages {
    private final DueHeap heap = new DueHeap();
    /** Those that could not be moved to their partitions in this run. */
    private final DueHeap aside = new DueHeap();
    /** Those that this node could not read, with their times, in the order in which they are tried again. */
    private final ArrayDeque<long[]> unreadable = new ArrayDeque<>();
    private final OffsetSet waiting = new OffsetSet();
    private final TimedMessageSections pages;
    private Partition partition;

    TimedMessages(StateChanges changes) {
        this.pages = new TimedMessageSections(changes, waiting);
    }

    /** Returns the partition that keeps them until they are due; null before its creation. */
    Partition partition() {
        return partition;
    }

    void partition(Partition created) {
        partition = created;
    }

    int size() {
        return Math.toIntExact(waiting.size());
    }

    boolean isWaiting(long offset) {
        return waiting.contains(offset);
    }

    /** Returns the first waiting offset at or behind the given one, {@link Long#MAX_VALUE} where there is none. */
    long nextWaiting(long from) {
        long next = waiting.nextSet(from);
        return next < 0 ? Long.MAX_VALUE : next;
    }

    /** Returns the first offset at or behind the given one that does not wait. */
    long nextGone(long from) {
        return waiting.nextClear(from);
    }

    void add(long offset, long dueMs) {
        if (!waiting.contains(offset)) {
            pages.adds(offset, dueMs);
            waiting.add(offset);
            heap.add(dueMs, offset);
        }
    }

    /** Sets the first due message aside until the next start. */
    void setFirstAside() {
        aside.add(heap.firstDue(), heap.firstOffset());
        heap.removeFirst();
        skipStale();
    }

    /** Sets the first due message aside until {@link #tryUnreadable}. */
    void setFirstUnreadable() {
        unreadable.add(new long[] {heap.firstDue(), heap.firstOffset()});
        heap.removeFirst();
        skipStale();
    }

    boolean hasUnreadable() {
        return !unreadable.isEmpty();
    }

    /** Lets messages that could not be read be due again, at most {@code most}. */
    void tryUnreadable(int most) {
        for (int left = most; left > 0 && !unreadable.isEmpty(); left--) {
            long[] entry = unreadable.poll();
            heap.add(entry[0], entry[1]);
        }
        skipStale();
    }

    void settle(long offset) {
        if (!waiting.contains(offset)) {
            return;
        }
        pages.removes(offset);
        waiting.remove(offset);
        skipStale();
        if (heap.size() > 2 * waiting.size() + 1_024) {
            heap.retain((due, waited) -> waiting.contains(waited));
        }
    }

    /** Restores that the first due entry waits. */
    private void skipStale() {
        while (!heap.isEmpty() && !waiting.contains(heap.firstOffset())) {
            heap.removeFirst();
        }
    }

    /** Returns offsets of some messages due at a time, the first among them. */
    long[] due(long nowMs, int most) {
        return IntStream.range(0, Math.min(heap.size(), 4 * most)).filter(i -> heap.due(i) <= nowMs).limit(most)
                .mapToLong(heap::offset).toArray();
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /** Returns the due time of the first one. */
    long firstDue() {
        return heap.firstDue();
    }

    long firstOffset() {
        return heap.firstOffset();
    }

    /** Returns the first due ones behind a place in that order and before a time, at most {@code most}, in order. */
    DueHeap firstBehind(long behindMs, long behindOffset, long beforeMs, int most) {
        return heap.firstBehind(behindMs, behindOffset, beforeMs, most, (due, offset) -> waiting.contains(offset));
    }

    /** Sorts the entries, so that equal states give equal snapshots. */
    void tidy() {
        for (; !aside.isEmpty(); aside.removeFirst()) {
            heap.add(aside.firstDue(), aside.firstOffset());
        }
        tryUnreadable(unreadable.size());
        heap.retain((due, offset) -> waiting.contains(offset));
        heap.sort();
    }

    int snapshotSize() {
        return 4 + size() * 16;
    }

    void snapshot(ByteBuffer out) {
        out.putInt(size());
        snapshot(heap, out);
        snapshot(aside, out);
        for (long[] entry : unreadable) {
            if (waiting.contains(entry[1])) {
                out.putLong(entry[0]).putLong(entry[1]);
            }
        }
    }

    private void snapshot(DueHeap entries, ByteBuffer out) {
        for (int i = 0; i < entries.size(); i++) {
            if (waiting.contains(entries.offset(i))) {
                out.putLong(entries.due(i)).putLong(entries.offset(i));
            }
        }
    }

    /** Reads a checkpoint of an earlier release, which has no order. */
    void restore(ByteBuffer in) {
        DueHeap byOffset = new DueHeap();
        for (int left = FieldCodec.count(in, 16); left > 0; left--) {
            long due = in.getLong();
            byOffset.add(in.getLong(), due);
        }
        for (; !byOffset.isEmpty(); byOffset.removeFirst()) {
            add(byOffset.firstDue(), byOffset.firstOffset());
        }
    }

    void restorePage(long page, ByteBuffer in) {
        TimedMessageSections.read(page, in, (offset, due) -> {
            waiting.add(offset);
            heap.add(due, offset);
        });
    }

    /** Marks all of them as changed. */
    void changeAll() {
        DueHeap byOffset = new DueHeap();
        tryUnreadable(unreadable.size());
        for (DueHeap from : List.of(heap, aside)) {
            for (int i = 0; i < from.size(); i++) {
                long first = from.offset(i); // here the heap is ordered by offset
                if (waiting.contains(first)) {
                    byOffset.add(first, from.due(i));
                }
            }
        }
        pages.changeAll(byOffset);
    }

    /** Begins a checkpoint. */
    void beginCheckpoint() {
        pages.begin();
    }

    /** Notes that a checkpoint holds the present state. */
    void restored() {
        pages.clear();
    }
}
