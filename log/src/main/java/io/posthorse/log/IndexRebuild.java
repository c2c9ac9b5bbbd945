package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.zip.CRC32C;

/** Reads the index entries of a stretch of log from its records, where an index file is missing or damaged. */
final class IndexRebuild {
    private final Collection<Segment> segments;
    private final Index index;
    private final CRC32C crc = new CRC32C();

    IndexRebuild(Collection<Segment> segments, Index index) {
        this.segments = segments;
        this.index = index;
    }

    void run(long from, long to) {
        for (Segment segment : segments) {
            if (segment.end() <= from || segment.base >= to) {
                continue;
            }
            int at = (int) Math.max(Segment.HEADER, from - segment.base);
            int end = (int) Math.min(segment.size, to - segment.base);
            while (at + RecordFormat.PAYLOAD <= end) {
                if (RecordFormat.valid(segment.bytes, at, segment.base + at, segment.size, crc)) {
                    entry(segment.bytes, at, segment.base + at);
                    at += RecordFormat.occupied(segment.bytes.getInt(at + RecordFormat.LENGTH));
                } else {
                    at += 8;
                }
            }
        }
    }

    private void entry(ByteBuffer bytes, int at, long position) {
        if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE) {
            return;
        }
        PartitionIndex partition = index.partition(bytes.getInt(at + RecordFormat.PARTITION));
        if (partition != null) {
            partition.rebuild(
                    bytes.getLong(at + RecordFormat.OFFSET),
                    position,
                    bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE,
                    bytes.getInt(at + RecordFormat.TAG));
        }
    }
}
