package io.posthorse.broker;

import java.util.Arrays;

/**
 * A list of offsets in ascending order, each with a time: 16 bytes an entry, in chunks, so that it grows without copying
 * all entries.
 */
final class AddedTimes {
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int SMALL = 32;

    /** Offset and time of each entry, in turn. */
    private long[][] chunks = {new long[2 * SMALL]};

    private int size;

    int size() {
        return size;
    }

    long offset(int i) {
        return chunks[i >>> CHUNK_SHIFT][(i & CHUNK - 1) * 2];
    }

    long dueMs(int i) {
        return chunks[i >>> CHUNK_SHIFT][(i & CHUNK - 1) * 2 + 1];
    }

    /** Adds an entry; its offset must be above all others. */
    void add(long offset, long dueMs) {
        FieldCodec.require(size == 0 || offset(size - 1) < offset, "a delayed message at offset %d behind a later one",
                offset);
        int chunk = size >>> CHUNK_SHIFT;
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunk + 1);
            chunks[chunk] = new long[2 * CHUNK];
        } else if ((size & CHUNK - 1) * 2 == chunks[chunk].length) {
            chunks[chunk] = Arrays.copyOf(chunks[chunk], chunks[chunk].length * 2);
        }
        chunks[chunk][(size & CHUNK - 1) * 2] = offset;
        chunks[chunk][(size & CHUNK - 1) * 2 + 1] = dueMs;
        size++;
    }

    /** Returns the index of the first entry at or behind an offset; {@link #size} where there is none. */
    int from(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = low + high >>> 1;
            if (offset(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
