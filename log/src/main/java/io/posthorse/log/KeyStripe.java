package io.posthorse.log;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Keys of the messages of one stretch of log. An entry is a long: the hash of the key in the upper half, and in the
 * lower half how many times 8 bytes behind the stretch's begin the message's record stands. So a stretch is at most
 * 32 GiB; what lies beyond is not found by key.
 */
abstract sealed class KeyStripe {
    final long from;
    /** Least and greatest time of the messages in it, ms since 1970. */
    long firstMs = Long.MAX_VALUE;

    long lastMs = Long.MIN_VALUE;

    KeyStripe(long from) {
        this.from = from;
    }

    static long entry(int hash, long from, long position) {
        return (long) hash << 32 | (position - from) >>> 3;
    }

    final long position(long entry) {
        return from + ((entry & 0xFFFFFFFFL) << 3);
    }

    final boolean isWithin(long fromMs, long toMs) {
        return firstMs <= toMs && lastMs >= fromMs;
    }

    /** Offers the positions of a hash, newest first, until one is not taken; false where that came to pass. */
    abstract boolean find(int hash, LongPredicate taken);

    /** The stretch that is being written, or was not written to a file yet: entries in the order of the log. */
    static final class Growing extends KeyStripe {
        private static final int PAGE = 8_192;

        private final List<long[]> pages = new ArrayList<>();
        /** Behind the stretch; known once it grows no more. */
        long to = Long.MAX_VALUE;

        private int count;

        Growing(long from) {
            super(from);
        }

        private Growing(Growing other) {
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
        Growing soFar() {
            return new Growing(this);
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

    /** A stretch in a file: entries in ascending order. */
    static final class Sorted extends KeyStripe {
        final long to;
        private final LongBuffer entries;

        Sorted(long from, long to, long firstMs, long lastMs, LongBuffer entries) {
            super(from);
            this.to = to;
            this.firstMs = firstMs;
            this.lastMs = lastMs;
            this.entries = entries;
        }

        @Override
        boolean find(int hash, LongPredicate taken) {
            int low = 0;
            int high = entries.capacity();
            long bound = ((long) hash << 32) + 0xFFFFFFFFL;
            while (low < high) { // to behind the last entry of that hash
                int middle = (low + high) >>> 1;
                if (entries.get(middle) <= bound) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            for (int i = low - 1; i >= 0 && (int) (entries.get(i) >>> 32) == hash; i--) {
                if (!taken.test(position(entries.get(i)))) {
                    return false;
                }
            }
            return true;
        }
    }
}
