package io.posthorse.log;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A walk over the committed records of a view, on a thread that may wait for the disk: verifies the header of each segment,
 * and the place and the checksum of each record. What it cannot take for whole ends where the next whole record begins, or
 * where the records of the segment end.
 */
final class RecordWalk {
    private final LogView view;
    private final CRC32C crc = new CRC32C();
    private final List<DamagedRange> damages = new ArrayList<>();

    RecordWalk(LogView view) {
        this.view = view;
    }

    /** Returns the damaged ranges found so far. */
    List<DamagedRange> damages() {
        return damages;
    }

    /**
     * Walks on.
     *
     * @param from begin of a record or of a segment, or a position that no segment holds
     * @param bytes after which it ends, behind a whole record or a damaged range
     * @return where to go on; the committed position at the end
     */
    long run(long from, long bytes) {
        long at = from;
        long left = bytes;
        while (left > 0 && at < view.committed()) {
            Segment segment = view.segmentOf(at);
            long next = segment == null ? view.behindGap(at) : step(segment, at);
            left -= segment == null ? 0 : next - at;
            at = next;
        }
        return Math.min(at, view.committed());
    }

    /** Returns the first damaged range that begins between two positions, at begins of records; null where there is none. */
    DamagedRange first(long from, long to) {
        for (long at = from; at < to && at < view.committed() && damages.isEmpty();) {
            Segment segment = view.segmentOf(at);
            at = segment == null ? view.behindGap(at) : step(segment, at);
        }
        return damages.isEmpty() ? null : damages.getFirst();
    }

    private long step(Segment segment, long at) {
        ByteBuffer bytes;
        try {
            bytes = segment.bytes();
        } catch (UncheckedIOException e) {
            damages.add(new DamagedRange(segment.base, endOf(segment)));
            return segment.end();
        }
        if (at < segment.base + Segment.HEADER) {
            if (!Segment.isHeader(bytes, segment.base)) {
                damages.add(new DamagedRange(segment.base, segment.base + Segment.HEADER));
            }
            return segment.base + Segment.HEADER;
        }
        long end = endOf(segment);
        if (at >= end) {
            return segment.end();
        }
        int limit = segment.at(end);
        if (RecordFormat.valid(bytes, segment.at(at), at, limit, crc) && isPadded(bytes, segment.at(at))) {
            return at + RecordFormat.occupied(bytes.getInt(segment.at(at) + RecordFormat.LENGTH));
        }
        if (end == segment.end() && isBlank(bytes, segment.at(at), limit)) {
            return segment.end(); // nothing says where the records end, and nothing is there
        }
        long to = segment.base + nextWhole(segment, bytes, segment.at(at) + 8, limit);
        damages.add(new DamagedRange(at, to));
        return to;
    }

    /** Returns the index of the next whole record, or the limit. */
    private int nextWhole(Segment segment, ByteBuffer bytes, int from, int limit) {
        MappedPages.Walk walk = new MappedPages.Walk(bytes, limit);
        for (int at = walk.from(from, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= limit;
                at = walk.from(walk.pastZeros(at + 8, limit), RecordFormat.PAYLOAD)) {
            if (bytes.getLong(at + RecordFormat.POSITION) == segment.base + at
                    && RecordFormat.valid(bytes, at, segment.base + at, limit, crc)) {
                return at;
            }
        }
        return limit;
    }

    /** Returns whether zeros follow a whole record up to the next multiple of 8: no checksum covers them. */
    private static boolean isPadded(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + RecordFormat.LENGTH);
        for (int i = length; i < RecordFormat.occupied(length); i++) {
            if (bytes.get(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(ByteBuffer bytes, int from, int limit) {
        for (int at = from; at < limit; at = (at | MappedPages.BYTES - 1) + 1) {
            int end = Math.min((at | MappedPages.BYTES - 1) + 1, limit);
            if (!MappedPages.readable(bytes, at, end)
                    || bytes.slice(at, end - at).mismatch(ByteBuffer.allocate(end - at)) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the end of a segment's records: the header of the next one says it, and otherwise that of the segment. */
    private long endOf(Segment segment) {
        long most = Math.min(segment.end(), view.committed());
        Segment next = view.segmentOf(segment.end());
        if (next != null && next.base == segment.end()) {
            try {
                long said = Segment.isHeader(next.bytes(), next.base) ? Segment.previous(next.bytes()) : -1;
                if (said >= segment.base + Segment.HEADER && said <= most) {
                    return said;
                }
            } catch (UncheckedIOException e) {
                return most; // found when it is its turn
            }
        }
        return most;
    }
}
