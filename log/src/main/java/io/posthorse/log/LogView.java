package io.posthorse.log;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * A view of the records committed at one moment, for reading by another thread. Its bytes stay between
 * {@link Log#beginRead} and {@link Log#endRead}.
 */
public final class LogView {
    private final Segment[] segments;
    private final long committed;
    private final RecordCheck check = new RecordCheck();

    LogView(Segment[] segments, long committed) {
        this.segments = segments;
        this.committed = committed;
    }

    /** Returns the end of the committed records. */
    public long committed() {
        return committed;
    }

    /**
     * Returns the same as {@link #bytes}, but distinguishes a failure from a missing record. Returns null where the
     * segment's file is gone.
     *
     * @throws UncheckedIOException where the segment cannot be mapped now, so it is unknown whether the record exists
     */
    public ByteBuffer bytesOrFailure(long position) {
        Segment segment = segmentOf(position);
        try {
            if (segment != null) {
                segment.bytes();
            }
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
        }
        return bytes(position);
    }

    /**
     * Returns the bytes around a whole record with the position, which begins at {@link #index}; null where there is none.
     */
    public ByteBuffer bytes(long position) {
        Segment segment = segmentOf(position);
        if (segment == null || position < 0 || position >= committed || (position & 7) != 0) {
            return null;
        }
        ByteBuffer bytes;
        try {
            bytes = segment.bytes().duplicate();
        } catch (UncheckedIOException e) {
            return null; // dropped meanwhile, or the disk cannot deliver it
        }
        return check.isWhole(bytes, segment.at(position), position) ? bytes : null;
    }

    public int index(long position) {
        return segmentOf(position).at(position);
    }

    Segment segmentOf(long position) {
        return Segments.holding(segments, position);
    }

    /** Returns the begin of the first segment behind a position that none holds; the highest number where there is none. */
    long behindGap(long position) {
        for (Segment segment : segments) {
            if (segment.base > position) {
                return segment.base;
            }
        }
        return Long.MAX_VALUE;
    }

    Segment[] segments() {
        return segments;
    }
}
