package io.posthorse.log;

import java.util.function.LongPredicate;

/**
 * Keys of the messages of one stretch of log. An entry is a long: the hash of the key in the upper half, and in the
 * lower half how many times 8 bytes behind the stretch's begin the message's record stands. So a stretch is at most
 * 32 GiB; what lies beyond is not found by key.
 */
abstract sealed class KeyStripe permits GrowingKeys, SortedKeys {
    final long from;
    /** Least and greatest time of the messages in it, ms since 1970. */
    long firstMs = Long.MAX_VALUE;

    long lastMs = Long.MIN_VALUE;

    KeyStripe(long from) {
        this.from = from;
    }

    final long position(long entry) {
        return from + ((entry & 0xFFFFFFFFL) << 3);
    }

    boolean isWithin(long fromMs, long toMs) {
        return firstMs <= toMs && lastMs >= fromMs;
    }

    /** Offers the positions of a hash, newest first, until one is not taken; false where that came to pass. */
    abstract boolean find(int hash, LongPredicate taken);
}
