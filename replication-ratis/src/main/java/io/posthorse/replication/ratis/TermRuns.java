package io.posthorse.replication.ratis;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/**
 * The terms of entries that the engine's log no longer has. A leader must know the term of the entry before its first one:
 * else it offers a follower that lacks exactly the first one nothing but a catch-up, which the follower, having all before
 * it, answers with "already installed", and so on for ever.
 */
final class TermRuns {
    /** First index of each run of entries of one term. */
    private final TreeMap<Long, Long> terms = new TreeMap<>();
    private long end = -1;

    /**
     * Notes the terms of entries that may be deleted now.
     *
     * @param first first entry that the log has
     * @param last last entry that may be deleted
     * @param termOf returns the term of an entry between the two
     */
    synchronized void note(long first, long last, LongUnaryOperator termOf) {
        Long runBefore = terms.floorKey(first - 1);
        if (first > end + 1) {
            terms.clear(); // a catch-up has left entries out
        } else if (runBefore != null) {
            terms.headMap(runBefore).clear();
        }
        long at = Math.max(first, end + 1);
        while (at <= last) {
            long term = termOf.applyAsLong(at);
            terms.put(at, term);
            at = behind(term, at, last, termOf);
        }
        end = Math.max(end, last);
    }

    /** Returns the first index behind {@code from} with a later term, by halving, for terms never fall. */
    private static long behind(long term, long from, long last, LongUnaryOperator termOf) {
        long low = from;
        long high = last + 1;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (termOf.applyAsLong(middle) == term) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Forgets everything: a catch-up has replaced the log. */
    synchronized void clear() {
        terms.clear();
        end = -1;
    }

    /** Returns whether nothing was noted. */
    synchronized boolean isEmpty() {
        return terms.isEmpty();
    }

    /** Returns the term of an entry; -1 where it is unknown. */
    synchronized long of(long index) {
        Map.Entry<Long, Long> run = terms.floorEntry(index);
        return run == null || index > end ? -1 : run.getValue();
    }
}
