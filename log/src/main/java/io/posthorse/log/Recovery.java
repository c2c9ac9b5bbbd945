package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The recovery of a log: opens the segments of a directory, replays the records from a position, and finds the tail.
 *
 * <p>Where a valid record is missing, recovery decides whether one certainly stood there. The durable mark, and each record
 * behind the hole, say up to where the log was on stable storage. A hole below that position is damage: recovery skips
 * exactly that range, copies it to {@code quarantine-*} and reports it. A hole above it is a torn tail: the log ends there.
 * Recovery cuts the rest even where parts of it are whole, since it may depend on missing records.
 *
 * <p>Recovery writes again what it keeps but was not certainly forced: after a failed force the system may take such pages
 * for clean. All decisions depend on positions and checksums, never on times.
 */
final class Recovery {
    private static final int REWRITE_BYTES = 1 << 16;

    private final FileStore files;
    private final LogSettings settings;
    private final Replay replay;
    private final CRC32C crc = new CRC32C();
    private final ZeroRun zeros = new ZeroRun();
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private final List<DamagedRange> damages = new ArrayList<>();
    private final List<Found> group = new ArrayList<>();
    private long lastEnd;
    /** End of the last whole record, where the next one is expected. */
    private long expected;
    /** Position below which everything was once on stable storage. */
    private long proven;
    private int highestEpoch;
    private boolean endDamaged;
    private long lostOffsets;

    /** A whole record. */
    private record Found(Segment segment, int at) {
        long position() {
            return segment.base + at;
        }

        int end() {
            return at + RecordFormat.occupied(segment.bytes().getInt(at + RecordFormat.LENGTH));
        }
    }

    Recovery(FileStore files, LogSettings settings, Replay replay) throws IOException {
        this.files = files;
        this.settings = settings;
        this.replay = replay;
        openSegments();
    }

    Collection<Segment> segments() {
        return segments;
    }

    /** @param from position of the checkpoint, from which records are replayed */
    RecoveryResult run(long from) throws IOException {
        DurableMark mark = DurableMark.open(files, settings.sync());
        DurableMark.Last last = mark.read();
        lastEnd = from;
        proven = Math.max(from, last.position());
        long forced = proven;
        scan(from);
        if (lastEnd < last.position()) {
            damaged(lastEnd, last.position());
            endDamaged = true;
        }
        boolean markIsOld = highestEpoch > last.epoch();
        boolean crashed = !last.closed() && !last.kept() && !last.sync();
        Place place = place(Math.max(lastEnd, from));
        rewrite(Math.min(forced, place.tail), place.tail);
        int epoch = Math.max(highestEpoch, last.epoch()) + 1;
        return new RecoveryResult(
                segments,
                mark,
                place.tail,
                Math.min(forced, place.tail),
                epoch,
                markIsOld || crashed || endDamaged,
                lostOffsets,
                place.cut,
                damages,
                null);
    }

    /**
     * Replays the records of a group's node up to the point that it had agreed on.
     *
     * @throws LogCorruptException where the log ends before it
     */
    RecoveryResult run(long from, Agreement agreement) throws IOException {
        RecoveryResult all = run(from);
        long agreed = agreement.point().position();
        if (all.tail() < agreed) {
            throw new LogCorruptException("The log ends at position " + all.tail() + ", but the cluster has agreed on"
                    + " everything up to " + agreed + ". This node cannot go on with it.");
        }
        agreement.endsAt(all.tail());
        return new RecoveryResult(all.segments(), all.mark(), all.tail(), all.forced(), all.epoch(), false, 0, 0,
                all.damages(), agreement);
    }

    /**
     * Ends the log at a checkpoint, in the directory of a group's node: the group delivers everything behind it again, the
     * same bytes at the same positions.
     */
    RecoveryResult cut(AgreedPoint at) throws IOException {
        DurableMark mark = DurableMark.open(files, false);
        mark.read();
        Place place = place(at.position());
        Agreement agreement = new Agreement(at, settings.segmentBytes());
        agreement.endsAt(place.tail);
        return new RecoveryResult(segments, mark, place.tail, place.tail, 0, false, 0, 0, List.of(), agreement);
    }

    private void openSegments() throws IOException {
        long[] bases = files.list().stream().mapToLong(Segment::baseOf).filter(base -> base >= 0).sorted().toArray();
        for (int i = 0; i < bases.length; i++) {
            long room = i + 1 < bases.length ? bases[i + 1] - bases[i] : Integer.MAX_VALUE;
            segments.add(Segment.open(files, bases[i], room, settings.segmentBytes()));
        }
    }

    private void scan(long from) throws IOException {
        Found found = null;
        expected = from;
        for (Segment segment : segments) {
            if (found == null && segment.end() > from) {
                if (segment.holds(from)) {
                    expected = Math.max(from, segment.base + Segment.HEADER);
                    lastEnd = expected;
                }
                found = next(segment, (int) Math.max(Segment.HEADER, from - segment.base));
            }
        }
        while (found != null) {
            long hole = holeBefore(found);
            if (hole > expected) {
                if (!stoodBefore(found)) {
                    break;
                }
                damaged(expected, hole);
                account(expected, hole);
            }
            accept(found);
            expected = found.segment.base + found.end();
            found = next(found.segment, found.end());
        }
        if (lastEnd >= proven) {
            group.clear(); // an incomplete atomic group at the tail never happened
        }
    }

    /**
     * Returns the end of the hole between the expected position and the found record; the expected position or less where
     * there is no hole.
     */
    private long holeBefore(Found found) {
        Segment segment = found.segment;
        if (segment.holds(expected) || found.at > Segment.HEADER) {
            return found.position();
        }
        if (segment.previous >= 0) {
            return segment.previous;
        }
        Segment before = holding(expected);
        return before != null && dirtyEnd(before, before.at(expected)) == before.at(expected) ? expected : segment.base;
    }

    private Segment holding(long position) {
        return segments.stream().filter(s -> s.holds(position)).findFirst().orElse(null);
    }

    /** Returns whether the range at the expected position was certainly on stable storage once. */
    private boolean stoodBefore(Found found) {
        for (Found f = found; f != null && proven <= expected; f = next(f.segment, f.end())) {
            proven = Math.max(proven, forcedBelow(f));
        }
        return proven > expected;
    }

    /**
     * Determines the contents of a damaged range that has whole records behind it. Where only the contents of a record have
     * rotted, its header can usually be read, and only its message is lost. Of unreadable bytes it is known how many
     * records had room in them.
     */
    private void account(long from, long to) {
        long at = from;
        while (at < to) {
            Segment segment = holding(at);
            long end = segment == null ? to : Math.min(to, segment.end());
            long length = segment == null ? 0 : rottenAt(segment, segment.at(at), end - at);
            if (length == 0) {
                lostOffsets += (end - at) / RecordFormat.NATIVE + 1;
                length = end - at;
            }
            at += length;
        }
    }

    /** Returns the bytes of a rotten record whose bounds are known; 0 where there is none. */
    private long rottenAt(Segment segment, int at, long room) {
        ByteBuffer bytes = segment.bytes();
        if (room < RecordFormat.NATIVE || !MappedPages.readable(bytes, at, at + RecordFormat.NATIVE)) {
            return 0;
        }
        int said = bytes.getInt(at + RecordFormat.LENGTH);
        long length = said >= RecordFormat.PAYLOAD && RecordFormat.occupied(said) <= room ? RecordFormat.occupied(said)
                : room;
        boolean placed = bytes.getLong(at + RecordFormat.POSITION) == segment.base + at;
        return (placed || length == room) && replay.rotten(RottenHead.of(bytes, at, said), 0, placed) ? length : 0;
    }

    /** Copies a range to a quarantine file before anything overwrites it, and notes it. */
    private void damaged(long from, long to) throws IOException {
        deliver(); // a group with a hole was once complete: its whole records are kept
        long start = Math.max(from, lastEnd);
        if (start >= to) {
            return;
        }
        damages.add(new DamagedRange(start, to));
        replay.damaged();
        for (Segment segment : segments) {
            int at = (int) Math.max(0, start - segment.base);
            int end = (int) Math.min(segment.size, to - segment.base);
            if (segment.end() > start && segment.base < to && at < end) {
                StoredFile copy = files.open("quarantine-%020d".formatted(segment.base + at));
                copy.truncate(0);
                copy(segment, at, end, copy);
                copy.close();
            }
        }
    }

    /** Copies the readable pages of a range; zeros replace the others. */
    private static void copy(Segment segment, int from, int to, StoredFile copy) throws IOException {
        for (int at = from; at < to; at = (at | MappedPages.BYTES - 1) + 1) {
            int end = Math.min((at | MappedPages.BYTES - 1) + 1, to);
            if (MappedPages.readable(segment.bytes(), at, end)) {
                copy.write(at - from, segment.bytes().duplicate().limit(end).position(at));
            }
        }
    }

    /** Returns the position below which everything was on this disk when a record was written; 0 where it does not say. */
    private long forcedBelow(Found found) {
        return settings.isCopied() ? 0 : RecordFormat.forcedBelow(found.segment.bytes(), found.at, found.position());
    }

    private void accept(Found found) {
        ByteBuffer bytes = found.segment.bytes();
        group.add(found);
        highestEpoch = Math.max(highestEpoch, bytes.getInt(found.at + RecordFormat.EPOCH));
        proven = Math.max(proven, forcedBelow(found));
        if ((bytes.get(found.at + RecordFormat.FLAGS) & RecordFormat.FLAG_MORE) == 0) {
            deliver();
        }
    }

    private void deliver() {
        for (Found found : group) {
            ByteBuffer bytes = found.segment.bytes();
            int length = bytes.getInt(found.at + RecordFormat.LENGTH);
            replay.record(bytes, found.at, found.segment.base + found.at, length);
            lastEnd = found.segment.base + found.at + RecordFormat.occupied(length);
        }
        group.clear();
    }

    /**
     * Returns the next whole record at or behind an offset of a segment, or in a later segment; null where there is none.
     */
    private Found next(Segment first, int start) {
        int here = nextValid(first, start); // the usual case, without a loop over all segments for each record
        if (here >= 0) {
            return new Found(first, here);
        }
        for (Segment segment : segments) {
            int at = segment.base > first.base ? nextValid(segment, Segment.HEADER) : -1;
            if (at >= 0) {
                return new Found(segment, at);
            }
        }
        return null;
    }

    /**
     * Returns the index of the next valid record of a segment, or -1. In the last segment no record is further away than
     * the blocks allocated ahead, so the search ends there, or at the end of the file, which a clean end cut behind its
     * last record.
     */
    private int nextValid(Segment segment, int start) {
        int limit = segment.stored;
        if (segment == segments.getLast()) {
            long far = Math.max(start, proven - segment.base);
            limit = (int) Math.min(limit, far + 3L * settings.allocateBytes());
        }
        MappedPages.Walk walk = new MappedPages.Walk(segment.bytes(), segment.size);
        for (int at = walk.from(start, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= limit;
                at = walk.from(pastZeros(segment, walk, at + 8, limit), RecordFormat.PAYLOAD)) {
            if (segment.bytes().getLong(at + RecordFormat.POSITION) == segment.base + at
                    && RecordFormat.valid(segment.bytes(), at, segment.base + at, segment.size, crc)) {
                return at;
            }
        }
        return -1;
    }

    /** Does the same as {@link MappedPages.Walk#pastZeros}, in large pieces once one page is zeros. */
    private int pastZeros(Segment segment, MappedPages.Walk walk, int at, int limit) {
        int one = walk.pastZeros(at, Math.min(limit, at + MappedPages.BYTES));
        return one == at ? at : walk.pastZeros(zeros.end(segment, one, limit), limit);
    }

    /** Returns the end of the last non-zero bytes within the blocks that may have been written, or {@code from}. */
    private int dirtyEnd(Segment segment, int from) {
        int limit = (int) Math.min(segment.stored, from + 3L * settings.allocateBytes());
        int end = from;
        MappedPages.Walk walk = new MappedPages.Walk(segment.bytes(), limit);
        for (int at = walk.from(from, 8); at + 8 <= limit; at = walk.from(pastZeros(segment, walk, at + 8, limit), 8)) {
            if (segment.bytes().getLong(at) != 0) {
                end = at + 8;
            }
        }
        return end;
    }

    private record Place(long tail, long cut) {}

    /**
     * Prepares the segment that holds the tail, with zeros and allocated blocks behind it; drops the segments behind it.
     */
    private Place place(long end) throws IOException {
        long cut = 0;
        while (segments.size() > 1 && segments.getLast().base >= end) {
            Segment behind = segments.removeLast();
            cut += dirtyEnd(behind, Segment.HEADER) - Segment.HEADER;
            behind.close();
            files.delete(Segment.name(behind.base));
        }
        if (segments.isEmpty() || end >= segments.getLast().end()) {
            segments.add(Segment.create(files, end, end, settings.segmentBytes(), settings.allocateBytes()));
            return new Place(end + Segment.HEADER, cut);
        }
        Segment active = segments.getLast();
        int at = Math.max(active.at(end), Segment.HEADER);
        int dirty = dirtyEnd(active, at);
        cut += dirty - at;
        if (!active.cut(at)) {
            zero(active, at, dirty);
        }
        active.grow();
        allocate(active, at);
        return new Place(active.base + at, cut);
    }

    private static void zero(Segment segment, int from, int end) throws IOException {
        ByteBuffer blank = ByteBuffer.allocate(REWRITE_BYTES);
        for (int at = from; at < end; at += blank.limit()) {
            segment.write(at, blank.clear().limit(Math.min(REWRITE_BYTES, end - at)));
        }
    }

    /**
     * Allocates blocks for the first appends. A full disk is ignored here; the first append meets it again and is refused.
     */
    private void allocate(Segment segment, int from) {
        int to = (int) Math.min(segment.size, (long) from + settings.allocateBytes());
        try {
            segment.allocated = from;
            segment.allocateTo(to);
        } catch (IOException full) {
            segment.allocated = from;
        }
    }

    /** Writes a range again, so that the next force covers it whatever earlier forces did. */
    private void rewrite(long from, long to) throws IOException {
        for (Segment segment : segments) {
            int end = (int) Math.min(segment.size, to - segment.base);
            for (long at = Math.max(0, from - segment.base); segment.base < to && at < end; at += REWRITE_BYTES) {
                byte[] copy = new byte[(int) Math.min(REWRITE_BYTES, end - at)];
                if (MappedPages.readable(segment.bytes(), (int) at, (int) at + copy.length)) {
                    segment.bytes().get((int) at, copy);
                    segment.write(at, ByteBuffer.wrap(copy));
                }
            }
        }
    }
}
