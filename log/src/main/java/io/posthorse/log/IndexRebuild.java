package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Makes the index of a stretch of log from its records, where an index file is missing or damaged. */
final class IndexRebuild {
    private final Collection<Segment> segments;
    private final Index index;
    private final CRC32C crc = new CRC32C();
    /** Chunks of the stretch, by partition. */
    private Map<Integer, List<Chunk.InMemory>> chunks;

    IndexRebuild(Collection<Segment> segments, Index index) {
        this.segments = segments;
        this.index = index;
    }

    /** Gives the index what a file of that stretch would hold. */
    void run(long from, long to) {
        chunks = new TreeMap<>();
        read(from, to);
        List<Index.Stripe> stripes = new ArrayList<>();
        chunks.forEach((id, of) -> of.forEach(chunk -> stripes.add(new Index.Stripe(index.partition(id), chunk))));
        index.adopt(IndexFile.encode(from, to, stripes), List.of());
    }

    private void read(long from, long to) {
        for (Segment segment : segments) {
            if (segment.end() <= from || segment.base >= to) {
                continue;
            }
            int at = (int) Math.max(Segment.HEADER, from - segment.base);
            int end = (int) Math.min(segment.size, to - segment.base);
            Pages.Walk walk = new Pages.Walk(segment.bytes(), segment.size);
            for (at = walk.from(at, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= end;
                    at = walk.from(at, RecordFormat.PAYLOAD)) {
                if (segment.bytes().getLong(at + RecordFormat.POSITION) == segment.base + at
                        && RecordFormat.valid(segment.bytes(), at, segment.base + at, segment.size, crc)) {
                    entry(segment.bytes(), at, segment.base + at);
                    at += RecordFormat.occupied(segment.bytes().getInt(at + RecordFormat.LENGTH));
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
        if (partition == null) {
            return;
        }
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        List<Chunk.InMemory> of = chunks.computeIfAbsent(partition.id, id -> new ArrayList<>(1));
        if (of.isEmpty() || of.getLast().end() < offset) {
            of.add(new Chunk.InMemory(offset));
        }
        if (of.getLast().end() == offset) {
            int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
            of.getLast().add(position, length, bytes.getInt(at + RecordFormat.TAG));
        }
    }
}
