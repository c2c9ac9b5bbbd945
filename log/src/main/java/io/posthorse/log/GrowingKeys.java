package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/** A stretch that is still growing or in no file yet: entries in the order of the log. */
final class GrowingKeys extends KeyStripe {
    private static final int PAGE = 8_192;
    private static final int DIGIT_BITS = 8;

    private final List<long[]> pages = new ArrayList<>();
    /** End of the stretch; set once it no longer grows. */
    long to = Long.MAX_VALUE;

    private int count;

    GrowingKeys(long from) {
        super(from);
    }

    private GrowingKeys(GrowingKeys other) {
        super(other.from);
        pages.addAll(other.pages);
        count = other.count;
        firstMs = other.firstMs;
        lastMs = other.lastMs;
    }

    int count() {
        return count;
    }

    void add(int hash, long position, long timeMs) {
        long delta = (position - from) >>> 3;
        if (delta > 0xFFFFFFFFL) {
            return;
        }
        int at = count & PAGE - 1;
        if (at == 0) {
            pages.add(new long[PAGE]);
        }
        pages.get(count / PAGE)[at] = (long) hash << 32 | delta;
        count++;
        firstMs = Math.min(firstMs, timeMs);
        lastMs = Math.max(lastMs, timeMs);
    }

    /** Returns the present entries for another thread: entries never change. */
    GrowingKeys soFar() {
        return new GrowingKeys(this);
    }

    /** Returns all entries by hash, and by position where the hash is the same. */
    long[] sorted() {
        long[] all = new long[count];
        for (int i = 0; i < pages.size(); i++) {
            System.arraycopy(pages.get(i), 0, all, i * PAGE, Math.min(PAGE, count - i * PAGE));
        }
        return byHash(all);
    }

    /**
     * Sorts entries, which are already ordered by position, by hash: least significant digit first, each pass keeping the
     * order of equals. A comparison sort took several times as long, which shows at a million messages a second (decision
     * 29).
     */
    static long[] byHash(long[] entries) {
        long[] from = entries;
        long[] to = new long[entries.length];
        for (int shift = 32; shift < 64; shift += DIGIT_BITS) {
            int[] place = new int[1 << DIGIT_BITS];
            for (long entry : from) {
                place[digit(entry, shift)]++;
            }
            int before = 0;
            for (int i = 0; i < place.length; i++) {
                int of = place[i];
                place[i] = before;
                before += of;
            }
            for (long entry : from) {
                to[place[digit(entry, shift)]++] = entry;
            }
            long[] sorted = to;
            to = from;
            from = sorted;
        }
        return from;
    }

    /** Returns a digit in the signed order of longs: the sign of the topmost one is inverted. */
    private static int digit(long entry, int shift) {
        return (int) ((entry ^ Long.MIN_VALUE) >>> shift) & (1 << DIGIT_BITS) - 1;
    }

    @Override
    boolean find(int hash, LongPredicate taken) {
        for (int i = count - 1; i >= 0; i--) {
            long entry = pages.get(i / PAGE)[i & PAGE - 1];
            if ((int) (entry >>> 32) == hash && !taken.test(position(entry))) {
                return false;
            }
        }
        return true;
    }
}
