package io.posthorse.log;

import java.util.List;

/**
 * The index of one partition: finds its records by offset. The newest entries are in chunks in memory, all older ones in
 * index files. Offsets between two chunks, or without an entry, are gone (damaged, expired or jumped over).
 */
public final class PartitionIndex {
    /** Number of the partition; the log never uses it again. */
    public final int id;

    private final Index index;
    /** First and last chunk of a list in offset order: the entries that are in no file yet. */
    private Chunk.InMemory first;

    private Chunk.InMemory last;
    /** Number of the checkpoint since which it has entries that no checkpoint holds, see {@link RecentEntries}. */
    int generation = -1;

    /** Value of {@link Index#drops} when {@link #begin} was last determined. */
    private int drops;

    private long begin;
    private long next;

    PartitionIndex(Index index, int id, long begin, long next) {
        this.index = index;
        this.id = id;
        this.begin = begin;
        this.next = next;
    }

    /** Returns the oldest offset that may still be read; equals {@link #next} where there is none. */
    public long begin() {
        if (drops != index.drops()) {
            drops = index.drops();
            OffsetRun run = begin < next ? index.run(this, begin) : null;
            begin = run == null ? next : Math.max(begin, run.first());
        }
        return begin;
    }

    /** Returns the last determined value of {@link #begin}, which is not greater. */
    public long knownBegin() {
        return begin;
    }

    /** Returns the offset of the next message. No message has had it before. */
    public long next() {
        return next;
    }

    void append(long offset, long position, int length, int tag) {
        assert offset >= next : "offset " + offset + " of partition " + id + " was given out before";
        Chunk.InMemory tail = last;
        if (tail == null || tail.frozen || !tail.plain || tail.end() != offset) {
            tail = open(offset);
        }
        if (begin() == next) {
            begin = offset; // nothing readable was before it
        }
        tail.add(position, length, tag);
        next = offset + 1;
    }

    private Chunk.InMemory open(long offset) {
        Chunk.InMemory opened = new Chunk.InMemory(offset);
        if (last == null) {
            first = opened;
        } else {
            last.next = opened;
        }
        last = opened;
        return opened;
    }

    /** Skips the given number of offsets for ever. */
    void jump(long offsets) {
        if (begin() == next) {
            begin += offsets;
        }
        next += offsets;
    }

    /**
     * Returns the first offset at or behind the given one whose record is in the index; {@link #next} where there is none.
     */
    public long ceiling(long offset) {
        long wanted = Math.max(offset, begin());
        if (wanted >= next) {
            return next;
        }
        Chunk.InMemory tail = last;
        if (tail != null && wanted >= tail.base && tail.plain) {
            return wanted < tail.end() ? wanted : next;
        }
        OffsetRun run = index.run(this, wanted);
        return run == null ? next : Math.max(wanted, run.first());
    }

    /** Returns the position of a record whose offset {@link #ceiling} returned. */
    public long position(long offset) {
        Chunk chunk = chunkOf(offset);
        return chunk.position((int) (offset - chunk.base));
    }

    /**
     * Returns the end of a run of offsets from one that {@link #ceiling} returned: all its records exist, and follow one
     * another in the log below a position.
     */
    public long stretchEnd(long offset, long position) {
        OffsetRun run = index.run(this, offset);
        return Math.max(offset + 1, Math.min(run.end(), run.chunk().base + run.chunk().below(position)));
    }

    /** Returns the length of a record's native bytes. */
    public int length(long offset) {
        Chunk chunk = chunkOf(offset);
        return chunk.length((int) (offset - chunk.base));
    }

    /** Returns the tag of a record. */
    public int tag(long offset) {
        Chunk chunk = chunkOf(offset);
        return chunk.tag((int) (offset - chunk.base));
    }

    private Chunk chunkOf(long offset) {
        Chunk.InMemory tail = last;
        return tail != null && offset >= tail.base && tail.plain && offset < tail.end()
                ? tail
                : index.run(this, offset).chunk();
    }

    /**
     * Returns the end of the offsets whose records were appended below a log position, such as the committed one. New
     * positions of relocated messages do not count.
     */
    public long visibleEnd(long position) {
        Chunk.InMemory below = null;
        for (Chunk.InMemory c = first; c != null && c.position(0) < position; c = c.next) {
            below = c;
        }
        if (below != null) {
            int count = below.below(position);
            return count == below.count() && below == last ? next : below.base + count;
        }
        if (position < index.files().end()) {
            long above = index.above(this, position);
            if (above >= 0) {
                return Math.max(begin(), above);
            }
        }
        return first == null ? next : first.base;
    }

    /** Returns the chunk in memory that holds an offset, or the first one behind it; null where there is none. */
    Chunk.InMemory recent(long offset) {
        Chunk.InMemory chunk = first;
        while (chunk != null && chunk.end() <= offset) {
            chunk = chunk.next;
        }
        return chunk;
    }

    /** Notes that a message has a newer position, so that its chunk no longer answers for it alone. */
    void relocated(long offset) {
        begin = Math.min(begin(), offset);
        Chunk.InMemory chunk = recent(offset);
        if (chunk != null && chunk.holds(offset)) {
            chunk.plain = false;
        }
    }

    /** Notes that records with entries in memory are gone. */
    void disturbed() {
        for (Chunk.InMemory chunk = first; chunk != null; chunk = chunk.next) {
            chunk.plain = false;
        }
    }

    /** Returns whether nothing was appended since the last freeze. */
    boolean isIdle() {
        return last == null || last.frozen;
    }

    /** Freezes the chunks in memory, so that a file can be written of them. */
    void freezeAll(List<FrozenEntries.Part> out) {
        for (Chunk.InMemory chunk = first; chunk != null; chunk = chunk.next) {
            if (!chunk.frozen) {
                chunk.frozen = true;
                out.add(new FrozenEntries.Part(id, chunk));
            }
        }
    }

    /** Notes that a file holds a chunk. */
    void written(Chunk frozen) {
        Chunk.InMemory before = null;
        for (Chunk.InMemory chunk = first; chunk != null; before = chunk, chunk = chunk.next) {
            if (chunk == frozen) {
                if (before == null) {
                    first = chunk.next;
                } else {
                    before.next = chunk.next;
                }
                last = chunk == last ? before : last;
                return;
            }
        }
    }

    /** Releases all entries in memory. */
    void clear() {
        first = null;
        last = null;
    }
}
