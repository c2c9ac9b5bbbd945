package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/** The stretch that is being written, or was not written to a file yet: entries in the order of the log. */
final class GrowingKeys extends KeyStripe {
    private static final int PAGE = 8_192;

    private final List<long[]> pages = new ArrayList<>();
    /** Behind the stretch; known once it grows no more. */
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

    /** What is in it now, for another thread: entries once put are never changed. */
    GrowingKeys soFar() {
        return new GrowingKeys(this);
    }

    /** All entries by hash, and by position where the hash is the same. */
    long[] sorted() {
        long[] all = new long[count];
        for (int i = 0; i < pages.size(); i++) {
            System.arraycopy(pages.get(i), 0, all, i * PAGE, Math.min(PAGE, count - i * PAGE));
        }
        Arrays.sort(all);
        return all;
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
