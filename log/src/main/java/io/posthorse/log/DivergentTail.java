package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The end of a log that differs from that of its master: copied to {@code quarantine-*} before the master's takes its place.
 *
 * @param segment first position of the segment in which it begins
 * @param records whole records in it
 * @param messages those among them that are messages
 * @param bytes copied
 * @param files names of the copies, one for each segment
 */
public record DivergentTail(long segment, long records, long messages, long bytes, List<String> files) {
    private static final int STEP = 1 << 20;

    /**
     * Copies the range of a log that is not open. An earlier file is never written over; one that has the same bytes already
     * is taken for the copy, so attempts that are repeated take no more room.
     *
     * @param from position of the first record that differs
     * @param end position behind the last record
     * @throws IOException where the disk is full or fails; what this call had copied is deleted then
     */
    public static DivergentTail setAside(FileStore files, long from, long end) throws IOException {
        long first = 0;
        long[] counts = new long[3];
        List<String> names = new ArrayList<>();
        Set<String> before = new HashSet<>(files.list());
        try {
            for (String name : files.list()) {
                long base = Segment.baseOf(name);
                if (base < 0 || base >= end) {
                    continue;
                }
                if (base <= from) {
                    first = Math.max(first, base);
                }
                Segment segment = Segment.open(files, base, Integer.MAX_VALUE, 0);
                if (segment.end() > from) {
                    int begin = (int) Math.max(Segment.HEADER, from - base);
                    int behind = (int) Math.min(segment.stored, end - base);
                    if (begin < behind) {
                        copy(files, segment, begin, behind, names);
                        count(segment, begin, behind, counts);
                        counts[2] += behind - begin;
                    }
                }
            }
            files.forceNames();
        } catch (IOException | RuntimeException e) {
            for (String name : names) {
                if (!before.contains(name)) {
                    files.delete(name);
                }
            }
            throw e;
        }
        return new DivergentTail(first, counts[0], counts[1], counts[2], List.copyOf(names));
    }

    /** Copies a range of a segment, and adds the name of the copy, before it is complete. */
    private static void copy(FileStore files, Segment segment, int begin, int behind, List<String> names)
            throws IOException {
        Set<String> there = new HashSet<>(files.list());
        try (StoredFile source = files.openExisting(Segment.name(segment.base))) {
            String to = "quarantine-%020d".formatted(segment.base + begin);
            for (int copy = 2; there.contains(to); copy++) { // an earlier one may be the only copy of other records
                if (isCopy(files, to, source, begin, behind)) {
                    names.add(to);
                    return;
                }
                to = "quarantine-%020d-%d".formatted(segment.base + begin, copy);
            }
            if (behind - begin > files.usableBytes()) {
                throw new IOException("What this log has and its master has not takes " + (behind - begin >> 10)
                        + " KiB to be set aside, but " + files.place() + " has only " + (files.usableBytes() >> 10)
                        + " KiB left. Make room, and this slave goes on by itself");
            }
            names.add(to);
            try (StoredFile target = files.open(to)) {
                target.truncate(0);
                for (int at = begin; at < behind; at += STEP) {
                    target.write(at - begin, piece(source, at, behind));
                }
                target.force();
            }
        }
    }

    private static boolean isCopy(FileStore files, String name, StoredFile source, int begin, int behind)
            throws IOException {
        try (StoredFile copy = files.openExisting(name)) {
            boolean isSame = copy.size() == behind - begin;
            for (int at = begin; isSame && at < behind; at += STEP) {
                isSame = piece(copy, at - begin, behind - begin).equals(piece(source, at, behind));
            }
            return isSame;
        }
    }

    private static ByteBuffer piece(StoredFile of, int at, int end) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(Math.min(STEP, end - at));
        of.read(at, piece);
        return piece.clear();
    }

    private static void count(Segment segment, int begin, int behind, long[] counts) {
        RecordCheck check = new RecordCheck();
        int at = begin;
        while (at < behind && check.isWhole(segment.bytes().duplicate(), at, segment.base + at)) {
            counts[0]++;
            counts[1] += segment.bytes().get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE ? 1 : 0;
            at += RecordFormat.occupied(segment.bytes().getInt(at + RecordFormat.LENGTH));
        }
    }
}
