package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of offsets as bitmaps of 512 each: a dense stretch costs little more than a bit per offset. Whole pages that are
 * added together are kept as stretches, so a gap of any length costs nothing.
 */
final class OffsetSet {
    /** Words of a page. */
    static final int WORDS = 8;
    /** Number of the lowest bits of an offset that are not part of its page number. */
    static final int PAGE_SHIFT = 9;
    private static final int PAGE = 1 << PAGE_SHIFT;
    /** Bytes of a page or a stretch in a checkpoint. */
    private static final int ENTRY = 8 + WORDS * 8;
    /** Bit in a page number of a checkpoint: a stretch begins there, and its end replaces the first word. */
    private static final long STRETCH = 1L << 63;

    private final TreeMap<Long, long[]> pages = new TreeMap<>();
    /**
     * Pages of which all offsets are in the set: the first of each stretch, and the one behind it. None is in
     * {@link #pages}.
     */
    private final TreeMap<Long, Long> full = new TreeMap<>();

    private long size;

    long size() {
        return size;
    }

    /** Returns the page behind the stretch that holds a page, -1 where none does. */
    private long fullEnd(long page) {
        Map.Entry<Long, Long> stretch = full.isEmpty() ? null : full.floorEntry(page);
        return stretch != null && page < stretch.getValue() ? stretch.getValue() : -1;
    }

    boolean contains(long offset) {
        long[] page = pages.get(offset >>> PAGE_SHIFT);
        return page != null ? (page[word(offset)] & 1L << offset) != 0 : fullEnd(offset >>> PAGE_SHIFT) >= 0;
    }

    /** Returns the first offset at or behind the given one that is not in the set. */
    long nextClear(long from) {
        long offset = from;
        while (true) {
            long[] page = pages.get(offset >>> PAGE_SHIFT);
            if (page == null) {
                long end = fullEnd(offset >>> PAGE_SHIFT);
                if (end < 0) {
                    return offset;
                }
                offset = end << PAGE_SHIFT;
                continue;
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

    /** Returns first offset and length of each run without a gap, in turn, in ascending order. */
    long[] runs() {
        long[] runs = new long[16];
        int count = 0;
        long at = Math.min(first(pages), first(full)) << PAGE_SHIFT;
        while (at >= 0) {
            long end = nextClear(at);
            if (end > at) {
                runs = count + 2 > runs.length ? Arrays.copyOf(runs, count * 2) : runs;
                runs[count++] = at;
                runs[count++] = end - at;
            }
            at = nextSet(end);
        }
        return Arrays.copyOf(runs, count);
    }

    private static long first(TreeMap<Long, ?> by) {
        return by.isEmpty() ? Long.MAX_VALUE >>> PAGE_SHIFT : by.firstKey();
    }

    /** Returns the first offset at or behind the given one that is in the set; -1 where there is none. */
    long nextSet(long from) {
        long offset = from;
        while (true) {
            long number = offset >>> PAGE_SHIFT;
            long[] page = pages.get(number);
            if (page == null) {
                if (fullEnd(number) >= 0) {
                    return offset;
                }
                Long nextPage = pages.higherKey(number);
                Long nextFull = full.higherKey(number);
                if (nextPage == null && nextFull == null) {
                    return -1;
                }
                offset = Math.min(nextPage == null ? Long.MAX_VALUE : nextPage, nextFull == null ? Long.MAX_VALUE : nextFull)
                        << PAGE_SHIFT;
                continue;
            }
            for (int word = word(offset); word < WORDS; word++) {
                long set = page[word] & -1L << offset;
                if (set != 0) {
                    return (offset & -64L) + Long.numberOfTrailingZeros(set);
                }
                offset = (offset & -64L) + 64;
            }
        }
    }

    /** Adds an offset; returns false where it was in the set. */
    boolean add(long offset) {
        long number = offset >>> PAGE_SHIFT;
        long[] page = pages.get(number);
        if (page == null) {
            if (fullEnd(number) >= 0) {
                return false;
            }
            page = new long[WORDS];
            pages.put(number, page);
        }
        int word = word(offset);
        long before = page[word];
        page[word] |= 1L << offset;
        if (page[word] == before) {
            return false;
        }
        size++;
        return true;
    }

    /** Adds all offsets from one up to, but without, another. */
    void addAll(long from, long to) {
        long firstPage = from + PAGE - 1 >>> PAGE_SHIFT;
        long endPage = to >>> PAGE_SHIFT;
        if (firstPage >= endPage) {
            addEach(from, to);
            return;
        }
        addEach(from, firstPage << PAGE_SHIFT);
        addPages(firstPage, endPage);
        addEach(endPage << PAGE_SHIFT, to);
    }

    private void addEach(long from, long to) {
        for (long offset = from; offset < to; offset++) {
            add(offset);
        }
    }

    private void addPages(long first, long end) {
        Map<Long, long[]> within = pages.subMap(first, end);
        within.values().forEach(page -> size -= bits(page));
        within.clear();
        long from = first;
        long to = end;
        Map.Entry<Long, Long> before = full.floorEntry(end);
        while (before != null && before.getValue() >= from) { // adjacent stretches become one
            size -= (Math.min(before.getValue(), end) - Math.max(before.getKey(), first)) << PAGE_SHIFT;
            from = Math.min(from, before.getKey());
            to = Math.max(to, before.getValue());
            full.remove(before.getKey());
            before = full.floorEntry(end);
        }
        full.put(from, to);
        size += (end - first) << PAGE_SHIFT;
    }

    private static long bits(long[] page) {
        long bits = 0;
        for (long word : page) {
            bits += Long.bitCount(word);
        }
        return bits;
    }

    /** Converts one page of a stretch to a bitmap. */
    private void unfold(long page) {
        Map.Entry<Long, Long> stretch = full.floorEntry(page);
        full.remove(stretch.getKey());
        if (stretch.getKey() < page) {
            full.put(stretch.getKey(), page);
        }
        if (page + 1 < stretch.getValue()) {
            full.put(page + 1, stretch.getValue());
        }
        long[] bits = new long[WORDS];
        Arrays.fill(bits, -1);
        pages.put(page, bits);
    }

    /** Removes the run from an offset up to the first gap, and returns the end of the run. */
    long removeRun(long from) {
        long end = nextClear(from);
        removeAll(from, end);
        return end;
    }

    /** Removes all offsets below one. */
    void removeBelow(long offset) {
        if (size > 0) {
            removeAll(Math.min(first(pages), first(full)) << PAGE_SHIFT, offset);
        }
    }

    private void removeAll(long from, long to) {
        long at = from;
        while (at >= 0 && at < to) {
            long page = at >>> PAGE_SHIFT;
            long end = (at & PAGE - 1) == 0 ? fullEnd(page) : -1;
            long whole = Math.min(end, to >>> PAGE_SHIFT);
            if (whole > page) {
                unfoldTo(page, whole);
                at = whole << PAGE_SHIFT;
            } else if ((at & PAGE - 1) == 0 && to - at >= PAGE && pages.containsKey(page)) {
                size -= bits(pages.remove(page));
                at += PAGE;
            } else {
                remove(at++);
            }
            at = nextSet(at);
        }
    }

    /** Removes pages from the stretch that begins at or before the first of them. */
    private void unfoldTo(long page, long whole) {
        Map.Entry<Long, Long> stretch = full.floorEntry(page);
        full.remove(stretch.getKey());
        if (stretch.getKey() < page) {
            full.put(stretch.getKey(), page);
        }
        if (whole < stretch.getValue()) {
            full.put(whole, stretch.getValue());
        }
        size -= (whole - page) << PAGE_SHIFT;
    }

    /** Removes an offset; returns false where it was not in the set. */
    boolean remove(long offset) {
        if (!contains(offset)) {
            return false;
        }
        long number = offset >>> PAGE_SHIFT;
        if (!pages.containsKey(number)) {
            unfold(number);
        }
        long[] page = pages.get(number);
        page[word(offset)] &= ~(1L << offset);
        size--;
        for (long word : page) {
            if (word != 0) {
                return true;
            }
        }
        pages.remove(number);
        return true;
    }

    void clear() {
        pages.clear();
        full.clear();
        size = 0;
    }

    /** Returns the offsets of a page as a bitmap, the lowest first in each word; null where none is in the set. */
    long[] page(long number) {
        long[] page = pages.get(number);
        if (page == null && fullEnd(number) >= 0) {
            page = new long[WORDS];
            Arrays.fill(page, -1);
        }
        return page;
    }

    /** Replaces a page. */
    void page(long number, long[] bitmap) {
        FieldCodec.require(number >= 0 && number <= Long.MAX_VALUE >>> PAGE_SHIFT && fullEnd(number) < 0,
                "offsets in a page %d", number);
        long[] before = pages.put(number, bitmap);
        size += bits(bitmap) - (before == null ? 0 : bits(before));
    }

    int snapshotSize() {
        return 4 + (pages.size() + full.size()) * ENTRY;
    }

    void snapshot(ByteBuffer out) {
        out.putInt(pages.size() + full.size());
        pages.forEach((number, page) -> {
            out.putLong(number);
            for (long word : page) {
                out.putLong(word);
            }
        });
        full.forEach((first, end) -> out.putLong(first | STRETCH).putLong(end).put(new byte[ENTRY - 16]));
    }

    void restore(ByteBuffer in) {
        for (int left = FieldCodec.count(in, ENTRY); left > 0; left--) {
            long number = in.getLong();
            long[] words = new long[WORDS];
            for (int i = 0; i < WORDS; i++) {
                words[i] = in.getLong();
            }
            long first = number & ~STRETCH;
            long end = number < 0 ? words[0] : first + 1;
            FieldCodec.require(end > first && end <= Long.MAX_VALUE >>> PAGE_SHIFT && !pages.containsKey(first)
                    && fullEnd(first) < 0,
                    "settled offsets in a page %d", number);
            if (number < 0) {
                addPages(first, end);
            } else {
                pages.put(first, words);
                size += bits(words);
            }
        }
    }

    private static int word(long offset) {
        return (int) (offset >>> 6) & WORDS - 1;
    }
}
