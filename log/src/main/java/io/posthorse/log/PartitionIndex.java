package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the records of one partition by offset: a row of {@link Chunk}s in offset order, the older ones in index files,
 * the tail in memory. Offsets between two chunks, or with no entry, are gone (damaged, expired or jumped over).
 */
public final class PartitionIndex {
    /** Number of the partition, unique in this log for ever. */
    public final int id;

    private final ArrayList<Chunk> chunks = new ArrayList<>(1);
    private Chunk.InMemory tail;
    private long begin;
    private long next;
    private int hint;
    /** How many of the last chunks were appended to since the last freeze. */
    private int inMemory;

    PartitionIndex(int id, long begin, long next) {
        this.id = id;
        this.begin = begin;
        this.next = next;
    }

    /** Oldest offset that may still be read; equals {@link #next} where there is none. */
    public long begin() {
        return begin;
    }

    /** Offset of the next message. Never handed out before. */
    public long next() {
        return next;
    }

    void append(long offset, long position, int length, int tag) {
        assert offset >= next : "offset " + offset + " of partition " + id + " was given out before";
        if (tail == null || tail.end() != offset) {
            tail = new Chunk.InMemory(offset);
            chunks.add(tail);
            inMemory++;
        }
        tail.add(position, length, tag);
        if (begin == next) {
            begin = offset; // nothing readable stood before
        }
        next = offset + 1;
    }

    /** Leaves out so many offsets for ever. */
    void jump(long offsets) {
        if (begin == next) {
            begin += offsets;
        }
        next += offsets;
    }

    /**
     * First offset at or behind the given one whose record is in the index; {@link #next} where there is none.
     */
    public long ceiling(long offset) {
        int i = chunkAt(Math.max(offset, begin));
        return i == chunks.size() ? next : Math.max(Math.max(offset, begin), chunks.get(i).base);
    }

    /** Position of a record whose offset {@link #ceiling} returned. */
    public long position(long offset) {
        Chunk chunk = chunks.get(chunkAt(offset));
        return chunk.position((int) (offset - chunk.base));
    }

    /** Length of its native bytes. */
    public int length(long offset) {
        Chunk chunk = chunks.get(chunkAt(offset));
        return chunk.length((int) (offset - chunk.base));
    }

    /** Its tag. */
    public int tag(long offset) {
        Chunk chunk = chunks.get(chunkAt(offset));
        return chunk.tag((int) (offset - chunk.base));
    }

    /** Behind the last offset whose record lies below a log position (the committed one). */
    public long visibleEnd(long committed) {
        for (int c = chunks.size() - 1; c >= 0; c--) {
            Chunk chunk = chunks.get(c);
            int count = chunk.count();
            if (count > 0 && chunk.position(0) < committed) {
                boolean all = chunk.position(count - 1) < committed;
                return all && c == chunks.size() - 1 ? next : chunk.base + below(chunk, committed);
            }
        }
        return chunks.isEmpty() ? next : Math.min(begin, chunks.get(0).base);
    }

    private static int below(Chunk chunk, long committed) {
        int low = 0;
        int high = chunk.count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunk.position(middle) < committed) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Index of the chunk that holds the offset, or of the first one behind it. */
    private int chunkAt(long offset) {
        int size = chunks.size();
        if (hint < size && contains(hint, offset)) {
            return hint;
        }
        if (size > 0 && contains(size - 1, offset)) {
            return size - 1;
        }
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunks.get(middle).end() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        hint = low;
        return low;
    }

    private boolean contains(int i, long offset) {
        Chunk chunk = chunks.get(i);
        return offset >= chunk.base && offset < chunk.end();
    }

    /** Whether nothing was appended since the last freeze. */
    boolean isIdle() {
        return inMemory == 0;
    }

    /** Ends the chunks in memory, so that they may be written away. */
    List<Chunk> freezeAll() {
        List<Chunk> frozen = List.copyOf(chunks.subList(chunks.size() - inMemory, chunks.size()));
        tail = null;
        inMemory = 0;
        return frozen;
    }

    void replace(Chunk frozen, Chunk inFile) {
        int i = chunks.indexOf(frozen);
        if (i >= 0) {
            chunks.set(i, inFile);
        }
    }

    /** Takes a chunk of an index file when a directory is opened; chunks come in offset order. */
    void load(Chunk chunk) {
        chunks.add(chunk);
    }

    /** Takes one entry that was read from the log again; entries come in offset order, before any append. */
    void rebuild(long offset, long position, int length, int tag) {
        Chunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        if (last instanceof Chunk.InMemory growing && growing.end() == offset) {
            growing.add(position, length, tag);
        } else if (last == null || offset >= last.end()) {
            Chunk.InMemory first = new Chunk.InMemory(offset);
            first.add(position, length, tag);
            chunks.add(first);
        }
    }

    /** Forgets the entries whose records lie below a position. */
    void dropBelow(long position) {
        while (!chunks.isEmpty()) {
            Chunk first = chunks.get(0);
            int gone = below(first, position);
            if (gone < first.count()) {
                begin = Math.max(begin, first.base + gone);
                break;
            }
            chunks.remove(0);
            hint = 0;
            if (first == tail) {
                tail = null;
            }
            inMemory = Math.min(inMemory, chunks.size());
        }
        begin = Math.max(begin, chunks.isEmpty() ? next : chunks.get(0).base);
    }
}
