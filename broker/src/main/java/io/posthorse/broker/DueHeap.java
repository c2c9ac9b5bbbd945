package io.posthorse.broker;

import java.util.Arrays;

/**
 * A heap of offsets by due time, those of one time by offset. A binary heap in pages of longs, so that it grows without
 * copying all entries: 16 bytes an entry. Entries are removed from the front only; to remove another one, the caller skips
 * it when it comes up, or calls {@link #retain}.
 */
final class DueHeap {
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE = 1 << PAGE_SHIFT;
    /** Initial entries of the first page: most heaps stay small. */
    private static final int SMALL = 32;

    /** Pages with time and offset of each entry, in turn. */
    private long[][] pages = {new long[2 * SMALL]};

    private int size;

    /** A test whether an entry is kept. */
    interface Live {
        boolean test(long dueMs, long offset);
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long firstDue() {
        return due(0);
    }

    long firstOffset() {
        return offset(0);
    }

    long due(int i) {
        return pages[i >>> PAGE_SHIFT][(i & PAGE - 1) * 2];
    }

    long offset(int i) {
        return pages[i >>> PAGE_SHIFT][(i & PAGE - 1) * 2 + 1];
    }

    void add(long dueMs, long offset) {
        makeRoom(size + 1);
        int at = size++;
        while (at > 0 && isBefore(dueMs, offset, (at - 1) >>> 1)) {
            move((at - 1) >>> 1, at);
            at = (at - 1) >>> 1;
        }
        put(at, dueMs, offset);
    }

    void removeFirst() {
        size--;
        sink(0, due(size), offset(size));
        giveBack();
    }

    private void makeRoom(int entries) {
        int last = pages.length - 1;
        if (entries <= last * PAGE + pages[last].length / 2) {
            return;
        }
        if (pages[last].length < 2 * PAGE) {
            pages[last] = Arrays.copyOf(pages[last], Math.min(2 * PAGE, pages[last].length * 2));
        } else {
            pages = Arrays.copyOf(pages, pages.length + 1);
            pages[last + 1] = new long[2 * PAGE];
        }
    }

    /** Releases unused pages but one. */
    private void giveBack() {
        int used = Math.max(1, (size + PAGE - 1) / PAGE);
        if (pages.length > used + 1) {
            pages = Arrays.copyOf(pages, used + 1);
        } else if (pages.length == 1 && size * 8 < pages[0].length && pages[0].length > 2 * SMALL) {
            pages[0] = Arrays.copyOf(pages[0], pages[0].length / 2);
        }
    }

    /** Keeps the entries that pass the test and removes all others. */
    void retain(Live live) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (live.test(due(i), offset(i))) {
                move(i, kept++);
            }
        }
        size = kept;
        giveBack();
        for (int i = (size >>> 1) - 1; i >= 0; i--) {
            sink(i, due(i), offset(i));
        }
    }

    /** Sorts the entries by time, which is also a valid heap order. */
    void sort() {
        DueHeap sorted = new DueHeap();
        int count = size;
        for (int i = 0; i < count; i++) {
            sorted.add(firstDue(), firstOffset());
            removeFirst();
        }
        pages = sorted.pages;
        size = count;
    }

    /**
     * Returns copies of the first entries behind a place in the order, in that order. Examines the entries before that
     * place too, and few others.
     *
     * @param behindMs time of that place, and {@code behindOffset} its offset: an equal entry is not behind it
     * @param beforeMs entries of this time and later are omitted
     * @param most maximum number of entries
     */
    DueHeap firstBehind(long behindMs, long behindOffset, long beforeMs, int most, Live live) {
        DueHeap found = new DueHeap(); // the last entry comes first: times and offsets are negative
        long[] path = new long[128];
        int depth = 0;
        path[depth++] = 0;
        while (depth > 0) {
            int at = (int) path[--depth];
            if (at >= size || due(at) >= beforeMs || found.size == most && isBefore(-found.due(0), -found.offset(0), at)) {
                continue; // all entries below it are later, so none of them belongs to the result
            }
            if (isBefore(behindMs, behindOffset, at) && live.test(due(at), offset(at))) {
                found.add(-due(at), -offset(at));
                if (found.size > most) {
                    found.removeFirst();
                }
            }
            path[depth++] = at * 2L + 2;
            path[depth++] = at * 2L + 1;
        }
        DueHeap inOrder = new DueHeap();
        for (int i = 0; i < found.size; i++) {
            inOrder.add(-found.due(i), -found.offset(i));
        }
        inOrder.sort();
        return inOrder;
    }

    private void sink(int from, long dueMs, long offset) {
        int at = from;
        for (int child = at * 2 + 1; child < size; child = at * 2 + 1) {
            if (child + 1 < size && isBefore(due(child + 1), offset(child + 1), child)) {
                child++;
            }
            if (!isBefore(due(child), offset(child), dueMs, offset)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, dueMs, offset);
    }

    private boolean isBefore(long dueMs, long offset, int i) {
        return isBefore(dueMs, offset, due(i), offset(i));
    }

    private static boolean isBefore(long dueMs, long offset, long otherDueMs, long otherOffset) {
        return dueMs < otherDueMs || dueMs == otherDueMs && offset < otherOffset;
    }

    private void move(int from, int to) {
        put(to, due(from), offset(from));
    }

    private void put(int i, long dueMs, long offset) {
        long[] page = pages[i >>> PAGE_SHIFT];
        page[(i & PAGE - 1) * 2] = dueMs;
        page[(i & PAGE - 1) * 2 + 1] = offset;
    }
}
