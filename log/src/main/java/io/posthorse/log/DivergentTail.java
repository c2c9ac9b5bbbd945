package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
     * Copies the range of a log that is not open, into new files with each call.
     *
     * @param from position of the first record that differs
     * @param end position behind the last record
     */
    public static DivergentTail setAside(FileStore files, long from, long end) throws IOException {
        long first = 0;
        long[] counts = new long[3];
        List<String> names = new ArrayList<>();
        for (String name : files.list()) {
            long base = Segment.baseOf(name);
            if (base < 0 || base >= end) {
                continue;
            }
            if (base <= from) {
                first = Math.max(first, base);
            }
            Segment segment = Segment.open(files, base, 0);
            if (segment.end() > from) {
                int begin = (int) Math.max(Segment.HEADER, from - base);
                int behind = (int) Math.min(segment.stored, end - base);
                if (begin < behind) {
                    names.add(copy(files, name, base, begin, behind));
                    count(segment, begin, behind, counts);
                    counts[2] += behind - begin;
                }
            }
        }
        files.forceNames();
        return new DivergentTail(first, counts[0], counts[1], counts[2], List.copyOf(names));
    }

    private static String copy(FileStore files, String name, long base, int begin, int behind) throws IOException {
        String to = "quarantine-%020d".formatted(base + begin);
        for (int copy = 2; files.list().contains(to); copy++) { // an earlier one may be the only copy of other records
            to = "quarantine-%020d-%d".formatted(base + begin, copy);
        }
        try (StoredFile source = files.openExisting(name); StoredFile target = files.open(to)) {
            target.truncate(0);
            for (int at = begin; at < behind; at += STEP) {
                ByteBuffer piece = ByteBuffer.allocate(Math.min(STEP, behind - at));
                source.read(at, piece);
                target.write(at - begin, piece.clear());
            }
            target.force();
        }
        return to;
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
