package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The index files of a log, in the order of their stripes. What a partition has in them is looked up when it is asked
 * for: nothing is kept in memory for each partition and file, so that many partitions with a long past cost little.
 */
final class StripeFiles {
    /** Views of {@link IndexFile}s. */
    private final List<ByteBuffer> views = new ArrayList<>();

    void add(ByteBuffer view) {
        views.add(view);
    }

    /** Everything below is in the files. */
    long end() {
        return views.isEmpty() ? 0 : IndexFile.to(views.get(views.size() - 1));
    }

    void dropBelow(long position) {
        views.removeIf(view -> IndexFile.to(view) <= position);
    }

    /** The first chunk of a partition with entries at or behind an offset; null where there is none. */
    Chunk ceiling(int partition, long offset) {
        int low = 0;
        int high = views.size();
        Chunk found = null;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int at = middle;
            Chunk last = last(at, partition);
            while (last == null && ++at < high) {
                last = last(at, partition); // stripes in which the partition got nothing
            }
            if (last == null) {
                high = middle;
            } else if (last.end() <= offset) {
                low = at + 1;
            } else {
                found = firstBehind(views.get(at), partition, offset);
                high = middle;
            }
        }
        return found;
    }

    /** The last chunk of a partition that begins below a log position; null where there is none. */
    Chunk below(int partition, long position) {
        for (int i = views.size() - 1; i >= 0; i--) {
            ByteBuffer view = views.get(i);
            if (IndexFile.from(view) >= position) {
                continue;
            }
            for (int row = IndexFile.lastRow(view, partition); IndexFile.isRow(view, row, partition); row--) {
                Chunk chunk = IndexFile.chunk(view, row);
                if (chunk.position(0) < position) {
                    return chunk;
                }
            }
        }
        return null;
    }

    private Chunk last(int file, int partition) {
        ByteBuffer view = views.get(file);
        int row = IndexFile.lastRow(view, partition);
        return row < 0 ? null : IndexFile.chunk(view, row);
    }

    private static Chunk firstBehind(ByteBuffer view, int partition, long offset) {
        int row = IndexFile.lastRow(view, partition);
        while (IndexFile.isRow(view, row - 1, partition) && IndexFile.chunk(view, row - 1).end() > offset) {
            row--;
        }
        return IndexFile.chunk(view, row);
    }
}
