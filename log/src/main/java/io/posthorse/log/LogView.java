package io.posthorse.log;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * What is committed of the log at one moment, for reading by another thread. Between {@link Log#readBegins} and
 * {@link Log#readEnded} none of it goes away.
 */
public final class LogView {
    private final Segment[] segments;
    private final long committed;
    private final RecordCheck check = new RecordCheck();

    LogView(Segment[] segments, long committed) {
        this.segments = segments;
        this.committed = committed;
    }

    /** Where the committed records end. */
    public long committed() {
        return committed;
    }

    /**
     * As {@link #bytes}, for those to whom it matters why there is none. Where the segment's file is gone, there is none.
     *
     * @throws UncheckedIOException where the segment cannot be mapped now: then it is not known whether there is one
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

    /** The bytes around a whole record of that position, in which it begins at {@link #index}; null where there is none. */
    public ByteBuffer bytes(long position) {
        Segment segment = segmentOf(position);
        if (segment == null || position < 0 || position >= committed || (position & 7) != 0) {
            return null;
        }
        ByteBuffer bytes;
        try {
            bytes = segment.bytes().duplicate();
        } catch (UncheckedIOException e) {
            return null; // dropped meanwhile, or the disk does not deliver it
        }
        return check.isWhole(bytes, segment.at(position), position) ? bytes : null;
    }

    public int index(long position) {
        return segmentOf(position).at(position);
    }

    Segment segmentOf(long position) {
        return Segments.holding(segments, position);
    }

    Segment[] segments() {
        return segments;
    }
}
