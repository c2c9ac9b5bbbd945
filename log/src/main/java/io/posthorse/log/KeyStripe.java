package io.posthorse.log;

import java.util.function.LongPredicate;

/**
 * The keys of the messages of one stretch of log. An entry is a long: the hash of the key in the upper half, and in the
 * lower half the distance of the message's record from the begin of the stretch, in units of 8 bytes. So a stretch is at
 * most 32 GiB; keys beyond that are not found.
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

    /** Passes the positions of a hash, newest first, until {@code taken} refuses one; returns false where it did. */
    abstract boolean find(int hash, LongPredicate taken);
}
