package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds out how far a segment holds nothing but zeros. Of blocks that are kept ready for appends and were never written the
 * file system tells; where it does not, they are read by file, in large pieces: through the mapped view each page of them
 * would cost a fault, and stay in the memory of the process. Remembers the last run, which several searches of one start
 * come by.
 */
final class ZeroRun {
    private static final int PIECE = 256 << 10;

    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
    private final ByteBuffer read = ByteBuffer.allocateDirect(PIECE);
    private Segment segment;
    private int from;
    private int to;

    /**
     * Behind the pages from an offset on that are zeros for certain; the offset itself where its page is not, or cannot be
     * read.
     *
     * @param at beginning of a page
     * @param end a page that ends behind it is not looked at
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

    /** The first page at or behind one in which something was written, or behind the last one before the end. */
    private int written(int at, int end) {
        try {
            return (int) Math.min(segment.nextData(at), end) & -MappedPages.BYTES;
        } catch (IOException e) {
            return at;
        }
    }

    /** Behind the pages of a piece that are zeros. */
    private int behindZeros(int length) {
        read.clear().limit(length);
        try {
            if (segment.read(to, read) < length) {
                return to;
            }
        } catch (IOException e) {
            return to; // whoever looks page by page finds out which one it is
        }
        int different = read.flip().mismatch(zeros.slice(0, length));
        return to + (different < 0 ? length : different & -MappedPages.BYTES);
    }
}
