package io.posthorse.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the records of one partition by offset: the newest entries in chunks in memory, all older ones in index files.
 * Offsets between two chunks, or with no entry, are gone (damaged, expired or jumped over).
 */
public final class PartitionIndex {
    /** Number of the partition, unique in this log for ever. */
    public final int id;

    private final Index index;
    /** What is in no file yet, in offset order. */
    private final ArrayList<Chunk.InMemory> recent = new ArrayList<>(0);

    private Chunk.InMemory tail;
    /** The chunk that was asked for last. */
    private Chunk cached;

    private long begin;
    private long next;
    /** The log begins there, as far as {@link #begin} knows. */
    private long logBegin;
    /** How many of the last chunks were appended to since the last freeze. */
    private int growing;

    PartitionIndex(Index index, int id, long begin, long next) {
        this.index = index;
        this.id = id;
        this.begin = begin;
        this.next = next;
    }

    /** Oldest offset that may still be read; equals {@link #next} where there is none. */
    public long begin() {
        if (logBegin < index.logBegin()) {
            logBegin = index.logBegin();
            dropBelow(logBegin);
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
        if (tail == null || tail.end() != offset) {
            tail = new Chunk.InMemory(offset);
            recent.add(tail);
            growing++;
        }
        if (begin() == next) {
            begin = offset; // nothing readable stood before
        }
        tail.add(position, length, tag);
        next = offset + 1;
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
        Chunk chunk = chunkAt(wanted);
        return chunk == null ? next : Math.max(wanted, chunk.base);
    }

    /** Position of a record whose offset {@link #ceiling} returned. */
    public long position(long offset) {
        Chunk chunk = chunkAt(offset);
        return chunk.position((int) (offset - chunk.base));
    }

    /** Length of its native bytes. */
    public int length(long offset) {
        Chunk chunk = chunkAt(offset);
        return chunk.length((int) (offset - chunk.base));
    }

    /** Its tag. */
    public int tag(long offset) {
        Chunk chunk = chunkAt(offset);
        return chunk.tag((int) (offset - chunk.base));
    }

    /** Behind the last offset whose record lies below a log position (the committed one, say). */
    public long visibleEnd(long position) {
        for (int c = recent.size() - 1; c >= 0; c--) {
            Chunk chunk = recent.get(c);
            if (chunk.position(0) < position) {
                boolean all = chunk.position(chunk.count() - 1) < position;
                return all && c == recent.size() - 1 ? next : chunk.base + below(chunk, position);
            }
        }
        if (position >= index.files().end()) {
            return recent.isEmpty() ? next : recent.get(0).base;
        }
        Chunk chunk = index.files().below(id, position);
        if (chunk == null) {
            return begin();
        }
        boolean last = chunk.position(chunk.count() - 1) < position && chunkAt(chunk.end()) == null;
        return last ? next : Math.max(begin(), chunk.base + below(chunk, position));
    }

    private static int below(Chunk chunk, long position) {
        int low = 0;
        int high = chunk.count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (chunk.position(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The chunk that holds the offset, or the first one behind it; null where there is none. */
    private Chunk chunkAt(long offset) {
        if (cached != null && offset >= cached.base && offset < cached.end()) {
            return cached;
        }
        if (tail != null && offset >= tail.base) {
            return offset < tail.end() ? tail : null;
        }
        Chunk found = recent.isEmpty() || offset < recent.get(0).base ? index.files().ceiling(id, offset) : null;
        for (int i = 0; found == null && i < recent.size(); i++) {
            if (recent.get(i).end() > offset) {
                found = recent.get(i);
            }
        }
        cached = found;
        return found;
    }

    /** Whether nothing was appended since the last freeze. */
    boolean isIdle() {
        return growing == 0;
    }

    /** Ends the chunks in memory, so that they may be written away. */
    List<Chunk> freezeAll() {
        List<Chunk> frozen = List.copyOf(recent.subList(recent.size() - growing, recent.size()));
        tail = null;
        growing = 0;
        return frozen;
    }

    /** A chunk is in a file from now on. */
    void written(Chunk frozen) {
        recent.removeIf(chunk -> chunk == frozen);
        if (cached == frozen) {
            cached = null;
        }
        if (recent.isEmpty()) {
            recent.trimToSize(); // most partitions are idle most of the time
        }
    }

    /** Forgets the entries whose records lie below a position. */
    private void dropBelow(long position) {
        cached = null;
        for (Chunk chunk = chunkAt(begin); chunk != null; chunk = chunkAt(chunk.end())) {
            int gone = below(chunk, position);
            if (gone < chunk.count()) {
                begin = Math.max(begin, chunk.base + gone);
                return;
            }
        }
        begin = next;
    }
}
