package io.posthorse.log;

import java.util.List;

/**
 * Finds the records of one partition by offset: the newest entries in chunks in memory, all older ones in index files.
 * Offsets between two chunks, or with no entry, are gone (damaged, expired or jumped over).
 */
public final class PartitionIndex {
    /** Number of the partition, unique in this log for ever. */
    public final int id;

    private final Index index;
    /** What is in no file yet, in offset order: the first chunk of a list, and its last. */
    private Chunk.InMemory first;

    private Chunk.InMemory last;
    /** The checkpoint since which it has entries that no checkpoint holds, see {@link RecentEntries}. */
    int generation = -1;

    /** How often something had gone away when {@link #begin} was looked for. */
    private int drops;

    private long begin;
    private long next;

    PartitionIndex(Index index, int id, long begin, long next) {
        this.index = index;
        this.id = id;
        this.begin = begin;
        this.next = next;
    }

    /** Oldest offset that may still be read; equals {@link #next} where there is none. */
    public long begin() {
        if (drops != index.drops()) {
            drops = index.drops();
            OffsetRun run = begin < next ? index.run(this, begin) : null;
            begin = run == null ? next : Math.max(begin, run.first());
        }
        return begin;
    }

    /** The same as it was last known: at most what {@link #begin} returns. */
    public long knownBegin() {
        return begin;
    }

    /** Offset of the next message. Never handed out before. */
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
            begin = offset; // nothing readable stood before
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

    /** Leaves out so many offsets for ever. */
    void jump(long offsets) {
        if (begin() == next) {
            begin += offsets;
        }
        next += offsets;
    }

    /**
     * First offset at or behind the given one whose record is in the index; {@link #next} where there is none.
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

    /** Position of a record whose offset {@link #ceiling} returned. */
    public long position(long offset) {
        Chunk chunk = chunkOf(offset);
        return chunk.position((int) (offset - chunk.base));
    }

    /**
     * Behind the last offset, from one on that {@link #ceiling} returned, up to which all records are there and follow on
     * one another in the log below a position.
     */
    public long stretchEnd(long offset, long position) {
        OffsetRun run = index.run(this, offset);
        return Math.max(offset + 1, Math.min(run.end(), run.chunk().base + run.chunk().below(position)));
    }

    /** Length of its native bytes. */
    public int length(long offset) {
        Chunk chunk = chunkOf(offset);
        return chunk.length((int) (offset - chunk.base));
    }

    /** Its tag. */
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
     * Behind the last offset whose record was appended below a log position (the committed one, say). What was relocated
     * since does not count at its new place.
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

    /** The chunk in memory that holds an offset, or the first one behind it; null where there is none. */
    Chunk.InMemory recent(long offset) {
        Chunk.InMemory chunk = first;
        while (chunk != null && chunk.end() <= offset) {
            chunk = chunk.next;
        }
        return chunk;
    }

    /** A message has a newer place, so that of its chunk is not to be taken unasked. */
    void relocated(long offset) {
        begin = Math.min(begin(), offset);
        Chunk.InMemory chunk = recent(offset);
        if (chunk != null && chunk.holds(offset)) {
            chunk.plain = false;
        }
    }

    /** Records whose entries are in memory are gone. */
    void disturbed() {
        for (Chunk.InMemory chunk = first; chunk != null; chunk = chunk.next) {
            chunk.plain = false;
        }
    }

    /** Whether nothing was appended since the last freeze. */
    boolean isIdle() {
        return last == null || last.frozen;
    }

    /** Ends the chunks in memory, so that they may be written away. */
    void freezeAll(List<FrozenEntries.Part> out) {
        for (Chunk.InMemory chunk = first; chunk != null; chunk = chunk.next) {
            if (!chunk.frozen) {
                chunk.frozen = true;
                out.add(new FrozenEntries.Part(id, chunk));
            }
        }
    }

    /** A chunk is in a file from now on. */
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

    /** Lets go of all entries in memory. */
    void clear() {
        first = null;
        last = null;
    }
}
