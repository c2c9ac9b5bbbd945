package io.posthorse.log;

import java.util.List;

/**
 * The choice of files to merge, such that their number grows with the logarithm of the log's length, and beyond the maximum
 * file size with its length. Eight neighbours of one tier, or below, become one of the next.
 */
final class MergePlan {
    /** Number of files that become one. */
    static final int FACTOR = 8;
    /** Maximum bytes of a merged file. */
    static final long BYTES_MAX = 1L << 30;
    /** Maximum stretch of log in bytes: the range of a key's entry (see {@link KeyStripe}). */
    static final long STRETCH_MAX = 32L << 30;

    private static final long FIRST_TIER = 256L << 20;
    private static final int TIERS = 3;

    private MergePlan() {}

    /** A file that may be merged with its neighbours. */
    interface Part {
        long from();

        long to();

        /** Returns the length of the file in bytes, 0 where it is unknown. */
        long bytes();

        /** Returns whether it may be merged now. */
        boolean isReady();
    }

    /** Returns the neighbours to merge next; empty where there are none. */
    static <P extends Part> List<P> next(List<P> parts) {
        for (int tier = 0; tier < TIERS; tier++) {
            List<P> found = next(parts, FIRST_TIER << 3 * tier);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static <P extends Part> List<P> next(List<P> parts, long stretchBound) {
        int start = 0;
        for (int i = 0; i < parts.size(); i++) {
            P part = parts.get(i);
            if (!part.isReady() || part.to() - part.from() >= stretchBound) {
                start = i + 1;
            } else if (i - start + 1 == FACTOR) {
                int end = fitting(parts, start, i + 1);
                if (end - start >= 2) {
                    return List.copyOf(parts.subList(start, end));
                }
                start++; // with its neighbour it has the maximum size
            }
        }
        return List.of();
    }

    private static <P extends Part> int fitting(List<P> parts, int start, int bound) {
        long bytes = 0;
        int end = start;
        while (end < bound) {
            bytes += parts.get(end).bytes();
            if (bytes > BYTES_MAX || parts.get(end).to() - parts.get(start).from() > STRETCH_MAX) {
                break;
            }
            end++;
        }
        return end;
    }
}
