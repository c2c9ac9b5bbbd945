package io.posthorse.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The appended entries of several adjacent index files by partition and offset, as runs of one chunk each, without entries
 * of removed partitions and gone records.
 */
final class LiveChunks {
    private final List<IndexView> views;
    private final GoneRanges gone;
    private final int[] partitions;
    private final int[] rows;
    private Chunk.InFile chunk;
    private int partition;
    private int first;
    private int end;

    /**
     * @param views oldest first
     * @param partitions numbers of the present partitions, ascending
     */
    LiveChunks(List<IndexView> views, GoneRanges gone, int[] partitions) {
        this.views = views;
        this.gone = gone;
        this.partitions = partitions;
        this.rows = new int[views.size()];
    }

    /** Moves to the next run; returns false where there is none. */
    boolean next() {
        while (chunk == null || !live(end)) {
            if (!nextChunk()) {
                return false;
            }
        }
        return true;
    }

    private boolean nextChunk() {
        int lowest = -1;
        for (int i = 0; i < rows.length; i++) {
            boolean more = rows[i] < views.get(i).chunks;
            if (more && (lowest < 0
                    || views.get(i).partition(rows[i]) < views.get(lowest).partition(rows[lowest]))) {
                lowest = i;
            }
        }
        if (lowest < 0) {
            return false;
        }
        partition = views.get(lowest).partition(rows[lowest]);
        chunk = views.get(lowest).chunk(rows[lowest]++);
        first = 0;
        end = Arrays.binarySearch(partitions, partition) >= 0 ? 0 : chunk.count();
        return true;
    }

    /** Finds the next entries of the chunk, from an index, that are not gone. */
    private boolean live(int from) {
        int i = from;
        while (i < chunk.count()) {
            long there = chunk.position(i);
            long behind = gone.end(there);
            if (behind == there) {
                first = i;
                end = chunk.below(gone.next(there));
                return true;
            }
            i = chunk.below(behind);
        }
        return false;
    }

    int partition() {
        return partition;
    }

    long offset() {
        return chunk.base + first;
    }

    int count() {
        return end - first;
    }

    /** Copies entries of the run from the i-th. */
    void copy(int i, int number, BlockWriter out) throws IOException {
        chunk.copy(first + i, number, out);
    }
}
