package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** The messages that become visible at a time of their own, in the state: which wait, and which is due first. */
final class TimedMessages {
    private final DueHeap heap = new DueHeap();
    /** Those that could not be taken to their queues in this run. */
    private final DueHeap aside = new DueHeap();
    private final OffsetSet waiting = new OffsetSet();
    private final TimedMessageSections pages;
    private Partition partition;

    TimedMessages(StateChanges changes) {
        this.pages = new TimedMessageSections(changes, waiting);
    }

    /** The partition that keeps them until they are due; null before it was created. */
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

    /** The first offset from there on of one that waits, {@link Long#MAX_VALUE} where none does. */
    long nextWaiting(long from) {
        long next = waiting.nextSet(from);
        return next < 0 ? Long.MAX_VALUE : next;
    }

    /** The first offset from there on of which none waits. */
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

    /** Has the one that is due first wait until the next start. */
    void setFirstAside() {
        aside.add(heap.firstDue(), heap.firstOffset());
        heap.removeFirst();
        passOver();
    }

    void settle(long offset) {
        if (!waiting.contains(offset)) {
            return;
        }
        pages.removes(offset);
        waiting.remove(offset);
        passOver();
        if (heap.size() > 2 * waiting.size() + 1_024) {
            heap.retain((due, waited) -> waiting.contains(waited));
        }
    }

    /** The one that is due first is one that waits. */
    private void passOver() {
        while (!heap.isEmpty() && !waiting.contains(heap.firstOffset())) {
            heap.removeFirst();
        }
    }

    /** Offsets of some that are due at a time, the first among them. */
    long[] due(long nowMs, int most) {
        return IntStream.range(0, Math.min(heap.size(), 4 * most)).filter(i -> heap.due(i) <= nowMs).limit(most)
                .mapToLong(heap::offset).toArray();
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /** When the first one is due. */
    long firstDue() {
        return heap.firstDue();
    }

    long firstOffset() {
        return heap.firstOffset();
    }

    /** Those that are due first behind a place in that order and before a time, at most so many, the first first. */
    DueHeap firstBehind(long behindMs, long behindOffset, long beforeMs, int most) {
        return heap.firstBehind(behindMs, behindOffset, beforeMs, most, (due, offset) -> waiting.contains(offset));
    }

    /** Gives equal states equal snapshots. */
    void tidy() {
        for (; !aside.isEmpty(); aside.removeFirst()) {
            heap.add(aside.firstDue(), aside.firstOffset());
        }
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
    }

    private void snapshot(DueHeap entries, ByteBuffer out) {
        for (int i = 0; i < entries.size(); i++) {
            if (waiting.contains(entries.offset(i))) {
                out.putLong(entries.due(i)).putLong(entries.offset(i));
            }
        }
    }

    /** Reads what a checkpoint of an earlier release says: in no order. */
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

    /** All of them count as changed. */
    void changeAll() {
        DueHeap byOffset = new DueHeap();
        for (DueHeap from : List.of(heap, aside)) {
            for (int i = 0; i < from.size(); i++) {
                long first = from.offset(i); // the heap goes by the offset here
                if (waiting.contains(first)) {
                    byOffset.add(first, from.due(i));
                }
            }
        }
        pages.changeAll(byOffset);
    }

    /** A checkpoint begins. */
    void beginCheckpoint() {
        pages.begin();
    }

    /** A checkpoint holds all that is known. */
    void restored() {
        pages.clear();
    }
}
