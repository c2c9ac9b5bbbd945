package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A job that reads the keys of a stretch of log from its records and writes the missing file, in the background. */
final class KeyRebuild implements Background.Job {
    private final FileStore files;
    private final KeyIndex.Source source;
    private final LogView view;
    private final long from;
    private final long to;
    private final int bytesMax;
    private final RecordCheck check = new RecordCheck();
    private long reached;
    private SortedKeys made;

    /**
     * @param to end of the stretch
     * @param bytesMax bytes to read at most; the rest is left
     */
    KeyRebuild(FileStore files, KeyIndex.Source source, LogView view, long from, long to, int bytesMax) {
        this.files = files;
        this.source = source;
        this.view = view;
        this.from = from;
        this.to = to;
        this.bytesMax = bytesMax;
    }

    /** Returns the end of the range that was read. */
    long reached() {
        return reached;
    }

    SortedKeys made() {
        return made;
    }

    @Override
    public void run() throws IOException {
        GrowingKeys keys = new GrowingKeys(from);
        long end = Math.min(to, from + bytesMax);
        long position = from;
        while (position < end) {
            Segment segment = view.segmentOf(position);
            position = segment == null ? view.behindGap(position) : read(segment, position, end, keys);
        }
        reached = Math.min(to, position);
        made = KeyFile.write(files, keys, reached);
    }

    private long read(Segment segment, long position, long end, GrowingKeys keys) {
        ByteBuffer bytes = segment.bytes().duplicate();
        int at = Math.max(Segment.HEADER, segment.at(position));
        int limit = (int) Math.min(segment.size, end - segment.base);
        MappedPages.Walk walk = new MappedPages.Walk(bytes, segment.size);
        for (at = walk.from(at, RecordFormat.PAYLOAD); at < limit; at = walk.from(at, RecordFormat.PAYLOAD)) {
            if (segment.size - at >= RecordFormat.PAYLOAD
                    && bytes.getLong(at + RecordFormat.POSITION) == segment.base + at
                    && check.isWhole(bytes, at, segment.base + at)) {
                int length = bytes.getInt(at + RecordFormat.LENGTH);
                if (bytes.get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE) {
                    long record = segment.base + at;
                    long time = RecordFormat.time(bytes, at, false);
                    source.keys(bytes, at, length, hash -> keys.add(hash, record, time));
                }
                at += RecordFormat.occupied(length);
            } else {
                at += 8;
            }
        }
        return segment.base + at;
    }
}
