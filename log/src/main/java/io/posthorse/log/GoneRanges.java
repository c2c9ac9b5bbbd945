package io.posthorse.log;

import java.nio.ByteBuffer;

/** The stretches of the log whose records are gone: sorted, not adjacent to one another, immutable. */
final class GoneRanges {
    static final GoneRanges NONE = new GoneRanges(new long[0]);

    /** Begin and end of each stretch in turn. */
    private final long[] bounds;

    private GoneRanges(long[] bounds) {
        this.bounds = bounds;
    }

    /** Returns these stretches and another one. */
    GoneRanges with(long from, long to) {
        if (from >= to || covers(from, to)) {
            return this;
        }
        int first = 0;
        while (first < bounds.length && bounds[first + 1] < from) {
            first += 2;
        }
        int behind = first;
        while (behind < bounds.length && bounds[behind] <= to) {
            behind += 2;
        }
        long[] joined = new long[bounds.length - (behind - first) + 2];
        System.arraycopy(bounds, 0, joined, 0, first);
        joined[first] = behind == first ? from : Math.min(from, bounds[first]);
        joined[first + 1] = behind == first ? to : Math.max(to, bounds[behind - 1]);
        System.arraycopy(bounds, behind, joined, first + 2, bounds.length - behind);
        return new GoneRanges(joined);
    }

    /** Returns the number of stretches. */
    int count() {
        return bounds.length / 2;
    }

    /** Writes begin and end of each stretch. */
    void put(ByteBuffer out) {
        for (long bound : bounds) {
            out.putLong(bound);
        }
    }

    /**
     * Requires that a missing part of a group's log was dropped by the group.
     *
     * @throws LogCorruptException where this node alone lacks it
     */
    void requireCovers(long from, long to) throws LogCorruptException {
        if (!covers(from, to)) {
            throw new LogCorruptException("The log from " + from + " to " + to + " is missing, and the cluster has not"
                    + " dropped it. This node must not take part any more; the cluster goes on with the others.");
        }
    }

    boolean covers(long from, long to) {
        return end(from) >= to;
    }

    boolean holds(long position) {
        return (bounds(position) & 1) != 0;
    }

    /** Returns the end of the stretch that holds a position; the position itself where none does. */
    long end(long position) {
        int at = bounds(position);
        return (at & 1) == 0 ? position : bounds[at];
    }

    /** Returns the begin of the next stretch behind a position that is not gone. */
    long next(long position) {
        int at = bounds(position);
        return at < bounds.length ? bounds[at] : Long.MAX_VALUE;
    }

    /** Returns the number of bounds at or below a position; it is odd within a stretch. */
    private int bounds(long position) {
        int low = 0;
        int high = bounds.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bounds[middle] <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
