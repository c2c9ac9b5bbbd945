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
 * Opens the segments of a directory, replays the records from a position on, and finds the tail.
 *
 * <p>Where no valid record stands, the next valid one is searched for. If there is one, the range before it is damaged:
 * exactly that range is skipped, copied to {@code quarantine-*} and reported. If there is none, the log ends there: what
 * follows is a torn tail, cut and wiped. Decisions rest on positions and checksums only, never on times.
 */
final class Recovery {
    private final FileStore files;
    private final LogSettings settings;
    private final Replay replay;
    private final CRC32C crc = new CRC32C();
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private final List<Damage> damages = new ArrayList<>();
    private final List<Found> group = new ArrayList<>();
    private long lastEnd;
    private int highestEpoch;

    private record Found(Segment segment, int at) {}

    Recovery(FileStore files, LogSettings settings, Replay replay) throws IOException {
        this.files = files;
        this.settings = settings;
        this.replay = replay;
        openSegments();
    }

    Collection<Segment> segments() {
        return segments;
    }

    /** @param from position to replay from, the checkpoint's */
    Recovered run(long from) throws IOException {
        DurableMark mark = DurableMark.open(files, settings.sync());
        DurableMark.Last last = mark.read();
        lastEnd = from;
        long garbageEnd = segments.isEmpty() ? 0 : scan(from);
        highestEpoch = Math.max(highestEpoch, last.epoch());
        long tail = place(Math.max(lastEnd, from));
        long cut = Math.max(0, garbageEnd - tail);
        if (tail < last.position()) {
            damages.add(new Damage(tail, last.position()));
        }
        boolean tailLost = tail < last.position() || (!last.closed() && !last.sameBoot() && !last.sync());
        int epoch = highestEpoch + 1;
        Segment active = segments.getLast();
        wipe(active, active.at(tail), (int) Math.min(active.size, active.at(tail) + cut));
        allocate(active, (int) Math.min(active.size, active.at(tail) + cut));
        mark.begin(tail, epoch);
        files.forceNames();
        return new Recovered(segments, mark, tail, epoch, tailLost, cut, damages);
    }

    private void openSegments() throws IOException {
        for (String name : files.list()) {
            long base = Segment.baseOf(name);
            if (base >= 0) {
                segments.add(Segment.open(files, base, settings.segmentBytes()));
            }
        }
    }

    /** Replays from a position to the tail; returns where bytes other than zero end behind it. */
    private long scan(long from) throws IOException {
        long garbageEnd = 0;
        Segment previous = null;
        for (Segment segment : List.copyOf(segments)) {
            if (segment.end() <= from) {
                continue;
            }
            if (previous != null && previous.end() < segment.base) {
                damages.add(new Damage(previous.end(), segment.base)); // a whole file is missing
            }
            previous = segment;
            int at = (int) Math.max(Segment.HEADER, from - segment.base);
            at = replaySegment(segment, at);
            int dirty = dirtyEnd(segment, at);
            garbageEnd = dirty > at ? segment.base + dirty : 0;
        }
        group.clear(); // half an atomic group at the tail never happened
        return garbageEnd;
    }

    /** Returns the offset behind the segment's last valid record. */
    private int replaySegment(Segment segment, int start) throws IOException {
        int at = start;
        int end = start;
        while (at + RecordFormat.PAYLOAD <= segment.size) {
            if (RecordFormat.valid(segment.bytes, at, segment.base + at, segment.size, crc)) {
                if (at > end) {
                    damaged(segment, end, at);
                }
                accept(segment, at);
                end = at + RecordFormat.occupied(segment.bytes.getInt(at + RecordFormat.LENGTH));
                at = end;
                continue;
            }
            int next = nextValid(segment, at + 8);
            if (next < 0) {
                if (segment != segments.getLast() && laterRecords(segment) && !onlyZeros(segment, end)) {
                    damaged(segment, end, segment.size);
                }
                break;
            }
            at = next;
        }
        return end;
    }

    private boolean laterRecords(Segment segment) {
        return segments.stream()
                .anyMatch(s -> s.base > segment.base
                        && RecordFormat.valid(s.bytes, Segment.HEADER, s.base + Segment.HEADER, s.size, crc));
    }

    private boolean onlyZeros(Segment segment, int from) {
        return dirtyEnd(segment, from) <= from;
    }

    private void damaged(Segment segment, int from, int to) throws IOException {
        damages.add(new Damage(segment.base + from, segment.base + to));
        deliver(); // a group with a hole in it was once complete: what is whole of it is kept
        StoredFile copy = files.open("quarantine-%020d".formatted(segment.base + from));
        ByteBuffer bytes = segment.bytes.duplicate();
        bytes.limit(to).position(from);
        copy.truncate(0);
        copy.write(0, bytes);
        copy.close();
    }

    private void accept(Segment segment, int at) {
        group.add(new Found(segment, at));
        highestEpoch = Math.max(highestEpoch, segment.bytes.getInt(at + RecordFormat.EPOCH));
        if ((segment.bytes.get(at + RecordFormat.FLAGS) & RecordFormat.FLAG_MORE) != 0) {
            return;
        }
        deliver();
    }

    private void deliver() {
        for (Found found : group) {
            ByteBuffer bytes = found.segment.bytes;
            int length = bytes.getInt(found.at + RecordFormat.LENGTH);
            replay.record(bytes, found.at, found.segment.base + found.at, length);
            lastEnd = found.segment.base + found.at + RecordFormat.occupied(length);
        }
        group.clear();
    }

    /**
     * The next valid record at or behind an offset, or -1. In the last segment no record can lie further away than the
     * blocks that are kept ready, so the search ends there.
     */
    private int nextValid(Segment segment, int start) {
        int limit = segment.size;
        if (segment == segments.getLast()) {
            limit = (int) Math.min(limit, start + 3L * settings.allocateBytes());
        }
        for (int at = start; at + RecordFormat.PAYLOAD <= limit; at += 8) {
            if (segment.bytes.getLong(at + RecordFormat.POSITION) == segment.base + at
                    && RecordFormat.valid(segment.bytes, at, segment.base + at, segment.size, crc)) {
                return at;
            }
        }
        return -1;
    }

    /** Behind the last byte that is not zero, as far as blocks may have been written; {@code from} where there is none. */
    private int dirtyEnd(Segment segment, int from) {
        int limit = (int) Math.min(segment.size, from + 3L * settings.allocateBytes());
        int end = from;
        for (int at = from; at + 8 <= limit; at += 8) {
            if (segment.bytes.getLong(at) != 0) {
                end = at + 8;
            }
        }
        return end;
    }

    /** Makes sure that a segment holds the tail; drops empty ones behind it. */
    private long place(long end) throws IOException {
        while (!segments.isEmpty() && segments.getLast().base >= end && segments.size() > 1) {
            Segment empty = segments.removeLast();
            empty.file.close();
            files.delete(Segment.name(empty.base));
        }
        if (segments.isEmpty()) {
            segments.add(Segment.create(files, end, settings.segmentBytes(), settings.allocateBytes()));
        } else if (end >= segments.getLast().end()) {
            segments.add(Segment.create(files, end, settings.segmentBytes(), settings.allocateBytes()));
        }
        Segment active = segments.getLast();
        return Math.max(end, active.base + Segment.HEADER);
    }

    /** Leaves nothing behind the tail that could later be taken for a record. */
    private static void wipe(Segment segment, int from, int to) throws IOException {
        if (from < to) {
            segment.file.zero(from, to);
        }
    }

    /** Real blocks for the first appends; a disk that is full now is met again, and refused, by the first of them. */
    private void allocate(Segment segment, int from) {
        int to = (int) Math.min(segment.size, (long) from + settings.allocateBytes());
        try {
            segment.file.allocate(from, to);
            segment.allocated = to;
        } catch (IOException full) {
            segment.allocated = from;
        }
    }
}
