package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** A set of offsets as bitmaps of 512 each: a dense stretch costs little more than a bit an offset. */
final class OffsetSet {
    private static final int WORDS = 8;
    private static final int PAGE_SHIFT = 9;
    private static final int PAGE = 1 << PAGE_SHIFT;

    private final Map<Long, long[]> pages = new TreeMap<>();
    private int size;

    int size() {
        return size;
    }

    boolean contains(long offset) {
        long[] page = pages.get(offset >>> PAGE_SHIFT);
        return page != null && (page[word(offset)] & 1L << offset) != 0;
    }

    /** The first offset from there on that is not in it. */
    long nextClear(long from) {
        long offset = from;
        while (true) {
            long[] page = pages.get(offset >>> PAGE_SHIFT);
            if (page == null) {
                return offset;
            }
            for (int word = word(offset); word < WORDS; word++) {
                long clear = ~page[word] & -1L << offset;
                if (clear != 0) {
                    return (offset & -64L) + Long.numberOfTrailingZeros(clear);
                }
                offset = (offset & -64L) + 64;
            }
        }
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

    /** Adds all from an offset up to before another one. */
    void addAll(long from, long to) {
        for (long offset = from; offset < to; ) {
            if ((offset & PAGE - 1) == 0 && to - offset >= PAGE) {
                long[] page = pages.computeIfAbsent(offset >>> PAGE_SHIFT, p -> new long[WORDS]);
                for (int i = 0; i < WORDS; i++) {
                    size += 64 - Long.bitCount(page[i]);
                    page[i] = -1;
                }
                offset += PAGE;
            } else {
                add(offset++);
            }
        }
    }

    /** Takes out what follows on an offset without a gap, that one included, and returns what is behind it. */
    long removeRun(long from) {
        long offset = from;
        while (contains(offset)) {
            long[] page = pages.get(offset >>> PAGE_SHIFT);
            if ((offset & PAGE - 1) == 0 && isFull(page)) {
                pages.remove(offset >>> PAGE_SHIFT);
                size -= PAGE;
                offset += PAGE;
            } else {
                remove(offset++);
            }
        }
        return offset;
    }

    private static boolean isFull(long[] page) {
        for (long word : page) {
            if (word != -1) {
                return false;
            }
        }
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

    void clear() {
        pages.clear();
        size = 0;
    }

    int snapshotSize() {
        return 4 + pages.size() * (8 + WORDS * 8);
    }

    void snapshot(ByteBuffer out) {
        out.putInt(pages.size());
        pages.forEach((number, page) -> {
            out.putLong(number);
            for (long word : page) {
                out.putLong(word);
            }
        });
    }

    void restore(ByteBuffer in) {
        for (int left = in.getInt(); left > 0; left--) {
            long[] page = new long[WORDS];
            pages.put(in.getLong(), page);
            for (int i = 0; i < WORDS; i++) {
                page[i] = in.getLong();
                size += Long.bitCount(page[i]);
            }
        }
    }

    private static int word(long offset) {
        return (int) (offset >>> 6) & WORDS - 1;
    }
}
