package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The index entries made from the records of a stretch in their order. */
final class StripeEntries {
    private final Map<Integer, List<Chunk.InMemory>> chunks = new TreeMap<>();
    private final List<RelocatedRecord> relocated = new ArrayList<>();

    /** Adds the record at an index of the bytes; skips records that are no messages. */
    void add(ByteBuffer bytes, int at, long position) {
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        if (bytes.get(at + RecordFormat.TYPE) != RecordFormat.TYPE_MESSAGE || length < 0) {
            return;
        }
        int partition = bytes.getInt(at + RecordFormat.PARTITION);
        long offset = bytes.getLong(at + RecordFormat.OFFSET);
        int tag = bytes.getInt(at + RecordFormat.TAG);
        if (bytes.get(at + RecordFormat.LINK) == RecordFormat.LINK_CARRIED) {
            relocated.add(new RelocatedRecord(partition, offset, position, length, tag));
            return;
        }
        List<Chunk.InMemory> of = chunks.computeIfAbsent(partition, id -> new ArrayList<>(1));
        if (of.isEmpty() || of.getLast().end() < offset) {
            of.add(new Chunk.InMemory(offset));
        }
        if (of.getLast().end() == offset) {
            of.getLast().add(position, length, tag);
        }
    }

    FrozenEntries frozen() {
        List<FrozenEntries.Part> parts = new ArrayList<>();
        chunks.forEach((id, of) -> of.forEach(chunk -> parts.add(new FrozenEntries.Part(id, chunk))));
        return new FrozenEntries(parts, relocated);
    }
}
