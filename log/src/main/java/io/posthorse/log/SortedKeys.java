package io.posthorse.log;

import java.nio.LongBuffer;
import java.util.function.LongPredicate;

/** A stretch in a file: entries in ascending order. */
final class SortedKeys extends KeyStripe {
    final long to;
    private final LongBuffer entries;

    SortedKeys(long from, long to, long firstMs, long lastMs, LongBuffer entries) {
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
