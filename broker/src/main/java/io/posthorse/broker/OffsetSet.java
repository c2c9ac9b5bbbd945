package io.posthorse.broker;

import java.util.HashMap;
import java.util.Map;

/** A set of offsets as bitmaps of 512 each: a dense stretch costs little more than a bit an offset. */
final class OffsetSet {
    private static final int WORDS = 8;
    private static final int PAGE_SHIFT = 9;

    private final Map<Long, long[]> pages = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    boolean contains(long offset) {
        long[] page = pages.get(offset >>> PAGE_SHIFT);
        return page != null && (page[word(offset)] & 1L << offset) != 0;
    }

    /** False where it was there before. */
    boolean add(long offset) {
        long[] page = pages.computeIfAbsent(offset >>> PAGE_SHIFT, p -> new long[WORDS]);
        int word = word(offset);
        long before = page[word];
        page[word] |= 1L << offset;
        if (page[word] == before) {
            return false;
        }
        size++;
        return true;
    }

    /** False where it was not there. */
    boolean remove(long offset) {
        if (!contains(offset)) {
            return false;
        }
        long[] page = pages.get(offset >>> PAGE_SHIFT);
        page[word(offset)] &= ~(1L << offset);
        size--;
        for (long word : page) {
            if (word != 0) {
                return true;
            }
        }
        pages.remove(offset >>> PAGE_SHIFT);
        return true;
    }

    private static int word(long offset) {
        return (int) (offset >>> 6) & WORDS - 1;
    }
}
