package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A search for runs of zeros in a segment. The file system reports allocated blocks that were never written. Where it does
 * not, the file is read in large pieces: through the mapping each page would cost a fault and stay in the memory of the
 * process. The last run is remembered, since several searches of one start meet it.
 */
final class ZeroRun {
    private static final int PIECE = 256 << 10;

    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
    private final ByteBuffer read = ByteBuffer.allocateDirect(PIECE);
    private Segment segment;
    private int from;
    private int to;

    /**
     * Returns the end of the pages that are certainly zeros, from an offset; the offset itself where its page is not, or is
     * unreadable.
     *
     * @param at begin of a page
     * @param end bound: pages that end behind it are not examined
     */
    int end(Segment in, int at, int end) {
        if (segment != in || at < from || at > to) {
            segment = in;
            from = at;
            to = at;
        }
        int next = -1;
        while (to <= end - MappedPages.BYTES && to != next) {
            next = to;
            to = written(to, end);
            to = to > end - MappedPages.BYTES ? to : behindZeros(Math.min(PIECE, end - to & -MappedPages.BYTES));
        }
        return Math.max(at, Math.min(to, end & -MappedPages.BYTES));
    }

    /** Returns the first written page at or behind an index, or the end of the last page before the bound. */
    private int written(int at, int end) {
        try {
            return (int) Math.min(segment.nextData(at), end) & -MappedPages.BYTES;
        } catch (IOException e) {
            return at;
        }
    }

    /** Returns the end of the zero pages of a piece. */
    private int behindZeros(int length) {
        read.clear().limit(length);
        try {
            if (segment.read(to, read) < length) {
                return to;
            }
        } catch (IOException e) {
            return to; // the search page by page finds the unreadable one
        }
        int different = read.flip().mismatch(zeros.slice(0, length));
        return to + (different < 0 ? length : different & -MappedPages.BYTES);
    }
}
