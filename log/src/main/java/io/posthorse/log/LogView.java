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

    /**
     * Returns the records that follow a position, as a log that ends there has to take them next: whole atomic groups within
     * one segment.
     *
     * @param bytesMax bytes after which no further group is taken; the first one is taken whatever its size
     * @return null where there are none yet
     * @throws GoneException where the next records are no longer in the log, or cannot be read
     */
    public Shipment shipment(long position, int bytesMax) throws GoneException {
        Segment segment = segmentOf(position);
        long begin = Math.max(position, segment == null ? 0 : segment.base + Segment.HEADER);
        if (segment == null || begin >= committed || bytes(begin) == null) {
            Segment next = behind(position);
            if (begin >= committed || next != null && next.base + Segment.HEADER >= committed) {
                return null;
            }
            if (next == null || next.previous != position) {
                throw new GoneException(next == null ? committed : next.base);
            }
            segment = next;
            begin = next.base + Segment.HEADER;
        }
        return shipment(segment, begin, bytesMax);
    }

    private Shipment shipment(Segment segment, long begin, int bytesMax) throws GoneException {
        long end = begin;
        long at = begin;
        while (at < committed && segment.holds(at) && end - begin < bytesMax) {
            ByteBuffer bytes = bytes(at);
            if (bytes == null) {
                break;
            }
            int index = segment.at(at);
            at += RecordFormat.occupied(bytes.getInt(index + RecordFormat.LENGTH));
            if ((bytes.get(index + RecordFormat.FLAGS) & RecordFormat.FLAG_MORE) == 0) {
                end = at;
            }
        }
        if (end == begin) {
            throw new GoneException(at + 8); // it rots, or half of an atomic group does
        }
        ByteBuffer copy = ByteBuffer.allocate((int) (end - begin));
        copy.put(0, segment.bytes(), segment.at(begin), copy.capacity());
        return new Shipment(segment.base, segment.size, begin, copy);
    }

    private Segment behind(long position) {
        for (Segment segment : segments) {
            if (segment.base >= position) {
                return segment;
            }
        }
        return null;
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
