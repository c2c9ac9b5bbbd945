package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The rebuild of a stretch's index from its records, where an index file is missing or damaged. It makes a file for each
 * {@link #BYTES} of log, so that its memory is bounded however much is missing.
 */
final class IndexRebuild {
    /** Bytes of log that become one file. */
    static final int BYTES = 128 << 20;

    private static final String UNFINISHED = "unfinished-rebuilt";

    private final FileStore files;
    private Supplier<Segment[]> segments;

    /** @param segments supplier of the log's present segments */
    IndexRebuild(FileStore files, Supplier<Segment[]> segments) {
        this.files = files;
        this.segments = segments;
    }

    /** Sets the supplier of the segments: those of the opened log, which gets more of them. */
    void segments(Supplier<Segment[]> present) {
        segments = present;
    }

    /** Returns a missing stripe for each segment of a stretch. Each begins with a record. */
    List<StripeFile> missing(long from, long to) {
        List<StripeFile> pieces = new ArrayList<>();
        for (Segment segment : segments.get()) {
            long begin = Math.max(from, segment.base);
            long end = Math.min(to, segment.end());
            if (begin < end) {
                pieces.add(StripeFile.missing(begin, end));
            }
        }
        return pieces;
    }

    /** Deletes a damaged file and returns the stripes to be made instead. */
    List<StripeFile> instead(StripeFile damaged) {
        try {
            files.delete(damaged.name);
        } catch (IOException e) {
            // it will be found damaged again
        }
        return missing(damaged.from, damaged.to);
    }

    /**
     * Makes all files of a missing stretch on the owner's thread, which cannot continue without them; in memory where the
     * disk is full.
     */
    List<StripeFile> all(StripeFile missing) {
        List<StripeFile> made = new ArrayList<>();
        for (long from = missing.from; from < missing.to; ) {
            Stretch stretch = read(segments.get(), from, missing.to);
            made.add(written(from, stretch));
            from = stretch.to;
        }
        return made;
    }

    private StripeFile written(long from, Stretch stretch) {
        try {
            return IndexFile.write(files, UNFINISHED, from, stretch.to, stretch.entries(), false);
        } catch (IOException e) {
            return StripeFile.inMemory(from, stretch.to, stretch.entries());
        }
    }

    /** Makes the first file of a missing stretch in the background, and returns it with the rest that is missing. */
    static List<StripeFile> first(FileStore files, Segment[] segments, StripeFile missing) throws IOException {
        Stretch stretch = read(segments, missing.from, missing.to);
        List<StripeFile> now = new ArrayList<>();
        now.add(IndexFile.write(
                files, IndexUpkeep.UNFINISHED, missing.from, stretch.to, stretch.entries(), true));
        if (stretch.to < missing.to) {
            now.add(StripeFile.missing(stretch.to, missing.to));
        }
        return now;
    }

    private static Stretch read(Segment[] segments, long from, long to) {
        Stretch stretch = new Stretch(from, to);
        for (Segment segment : segments) {
            if (segment.end() > from && segment.base < to) {
                stretch.read(segment);
            }
        }
        return stretch;
    }

    /** Entries of the records between two positions, or up to the first record behind {@link #BYTES}. */
    private static final class Stretch {
        private final long from;
        private final StripeEntries entries = new StripeEntries();
        private final RecordCheck check = new RecordCheck();
        private long to;

        Stretch(long from, long to) {
            this.from = from;
            this.to = to;
        }

        FrozenEntries entries() {
            return entries.frozen();
        }

        void read(Segment segment) {
            ByteBuffer bytes = segment.bytes().duplicate();
            int at = (int) Math.max(Segment.HEADER, from - segment.base);
            int end = (int) Math.min(segment.size, to - segment.base);
            MappedPages.Walk walk = new MappedPages.Walk(bytes, segment.size);
            for (at = walk.from(at, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= end;
                    at = walk.from(at, RecordFormat.PAYLOAD)) {
                long position = segment.base + at;
                if (bytes.getLong(at + RecordFormat.POSITION) == position && check.isWhole(bytes, at, position)) {
                    if (position - from >= BYTES) {
                        to = position;
                        return;
                    }
                    entries.add(bytes, at, position);
                    at += RecordFormat.occupied(bytes.getInt(at + RecordFormat.LENGTH));
                } else {
                    at += 8;
                }
            }
        }
    }
}
