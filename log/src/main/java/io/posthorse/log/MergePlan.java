package io.posthorse.log;

import java.util.List;

/**
 * Which files are to become one, so that their number follows the logarithm of the log's length, and then its length by
 * the largest file there may be. Eight neighbours of one tier, or below, become one of the next.
 */
final class MergePlan {
    /** Files that become one. */
    static final int FACTOR = 8;
    /** Longest file that a merge makes. */
    static final long BYTES_MAX = 1L << 30;
    /** Longest stretch of log: what a key's entry can say (see {@link KeyStripe}). */
    static final long STRETCH_MAX = 32L << 30;

    private static final long FIRST_TIER = 256L << 20;
    private static final int TIERS = 3;

    private MergePlan() {}

    /** A file that may be merged with its neighbours. */
    interface Part {
        long from();

        long to();

        /** Length of the file, 0 where it is not known. */
        long bytes();

        /** Whether it may be merged now. */
        boolean isReady();
    }

    /** The neighbours to be merged next; empty where there are none. */
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
                start++; // as long as a file may be, with its neighbour
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
