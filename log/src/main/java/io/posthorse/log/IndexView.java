package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongPredicate;

/**
 * A mapped index file of this version or the one before. Its header is checked when it is opened, each block at its first
 * read. All values in it are checked for plausibility too.
 */
final class IndexView {
    private static final int OLD_VERSION = 2;
    private static final int OLD_HEADER = 48;

    final long from;
    final long to;
    final int chunks;
    final int relocated;
    private final CheckedBytes body;
    private final int rows;
    private final int moved;
    private final int entries;
    /** The relocated row found last: a reader in order finds the next one beside it. */
    private int near;

    private IndexView(ByteBuffer bytes, Object file) {
        boolean old = bytes.getInt(8) == OLD_VERSION;
        from = bytes.getLong(16);
        to = bytes.getLong(24);
        chunks = bytes.getInt(12);
        relocated = old ? 0 : bytes.getInt(48);
        rows = old ? OLD_HEADER : bytes.getInt(52);
        moved = rows + chunks * IndexFile.ROW;
        entries = moved + relocated * IndexFile.RELOCATED;
        body = new CheckedBytes(bytes, old ? 0 : IndexFile.HEADER, rows, this::isSound, file);
    }

    /**
     * Returns a view of the bytes of an index file; null where its header is damaged or names another stretch.
     *
     * @param file file that a {@link DamagedFile} names
     */
    static IndexView of(ByteBuffer bytes, long from, long to, Object file) {
        int size = bytes.capacity();
        if (size < OLD_HEADER || !MappedPages.readable(bytes, 0, OLD_HEADER) || bytes.getLong(0) != IndexFile.MAGIC
                || bytes.getInt(44) != CheckedBytes.crc(bytes, 0, 44) || bytes.getLong(32) != size
                || bytes.getLong(16) != from || bytes.getLong(24) != to) {
            return null;
        }
        boolean whole = switch (bytes.getInt(8)) {
            case OLD_VERSION -> MappedPages.readable(bytes, 0, size)
                    && bytes.getInt(40) == CheckedBytes.crc(bytes, OLD_HEADER, size)
                    && fits(bytes.getInt(12), 0, size - OLD_HEADER);
            case IndexFile.VERSION -> isWhole(bytes, size);
            default -> false; // version 1 was not sorted, and is made again
        };
        return whole ? new IndexView(bytes, file) : null;
    }

    private static boolean isWhole(ByteBuffer bytes, int size) {
        if (size < IndexFile.HEADER) {
            return false;
        }
        int body = bytes.getInt(52);
        return body >= IndexFile.HEADER && body <= size && (body & 7) == 0
                && IndexFile.HEADER + CheckedBytes.blocks(size - body) * 4L <= body
                && MappedPages.readable(bytes, 0, body)
                && bytes.getInt(40) == CheckedBytes.crc(bytes, 48, body)
                && fits(bytes.getInt(12), bytes.getInt(48), size - body);
    }

    private static boolean fits(int chunks, int relocated, long bodyBytes) {
        long left = bodyBytes - (long) chunks * IndexFile.ROW - (long) relocated * IndexFile.RELOCATED;
        return chunks >= 0 && relocated >= 0 && left >= 0 && left % Chunk.ENTRY == 0;
    }

    /** Maps a file. Returns null where it is damaged, or of a version that is made again. */
    static IndexView open(FileStore files, String name, Object of) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            long size = file.size();
            return size < OLD_HEADER || size > Integer.MAX_VALUE
                    ? null
                    : of(file.map((int) size), StretchNames.from(name), StretchNames.to(name), of);
        }
    }

    /** Checks what a checksum does not cover: that the records lie wholly within this stretch. */
    private boolean isSound(ByteBuffer bytes, int blockFrom, int blockTo) {
        for (int at = blockFrom; at < blockTo; at += 8) {
            boolean sound = true;
            if (at >= entries) { // the second half of an entry; the first half may be in the block before
                sound = (at - entries) % Chunk.ENTRY == 0 || isWithin(bytes.getLong(at - 8), bytes.getInt(at));
            } else if (at >= moved && (at - moved) % IndexFile.RELOCATED == 16) {
                sound = isWithin(bytes.getLong(at), bytes.getInt(at - 12));
            }
            if (!sound) {
                return false;
            }
        }
        return true;
    }

    private boolean isWithin(long position, int length) {
        return position >= from && length >= 0 && position <= to - RecordFormat.NATIVE - length;
    }

    /** Has each block checked again at its next read. */
    void forgetChecks() {
        body.forgetChecks();
    }

    long bytes() {
        return body.capacity();
    }

    // ---- chunks

    /** Returns the row of a partition's last chunk, -1 where it has none. */
    int lastRow(int partition) {
        int low = 0;
        int high = chunks;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (partition(middle) <= partition) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return isRow(low - 1, partition) ? low - 1 : -1;
    }

    /** Returns whether the i-th chunk exists and belongs to the partition. */
    boolean isRow(int i, int partition) {
        return i >= 0 && i < chunks && partition(i) == partition;
    }

    int partition(int i) {
        return body.getInt(row(i));
    }

    /** Returns the i-th chunk. */
    Chunk.InFile chunk(int i) {
        int row = row(i);
        int count = body.getInt(row + 4);
        long base = body.getLong(row + 8);
        int at = body.getInt(row + 16);
        if (count <= 0 || at < entries || (at - entries) % Chunk.ENTRY != 0
                || at + (long) count * Chunk.ENTRY > body.capacity() || base < 0 || base > Long.MAX_VALUE - count) {
            throw body.damaged();
        }
        return new Chunk.InFile(base, count, body, at);
    }

    /** Returns the first chunk of a partition that ends behind an offset; null where there is none. */
    Chunk ceiling(int partition, long offset) {
        int row = lastRow(partition);
        Chunk found = null;
        while (isRow(row, partition)) {
            Chunk chunk = chunk(row--);
            if (chunk.end() <= offset) {
                break;
            }
            found = chunk;
        }
        return found;
    }

    /** Returns the first offset of a partition whose record is at or above a position; -1 where there is none. */
    long above(int partition, long position) {
        long found = -1;
        for (int row = lastRow(partition); isRow(row, partition); row--) {
            Chunk chunk = chunk(row);
            int below = chunk.below(position);
            found = below < chunk.count() ? chunk.base + below : found;
            if (below > 0) {
                break;
            }
        }
        return found;
    }

    private int row(int i) {
        return rows + i * IndexFile.ROW;
    }

    // ---- relocated messages

    /** Returns the i-th relocated message. */
    RelocatedRecord relocated(int i) {
        int row = moved(i);
        return new RelocatedRecord(
                body.getInt(row), body.getLong(row + 8), body.getLong(row + 16), body.getInt(row + 4),
                body.getInt(row + 24));
    }

    /**
     * Returns the newest position in force of the first relocated message of a partition at or behind an offset and before
     * another; null where there is none.
     */
    RelocatedRecord relocated(int partition, long offset, long before, LongPredicate inForce) {
        RelocatedRecord found = null;
        for (int i = firstRelocated(partition, offset); i < relocated && isMoved(i, partition); i++) {
            long at = body.getLong(moved(i) + 8);
            if (at >= before || found != null && at > found.base) {
                break;
            }
            if (inForce.test(body.getLong(moved(i) + 16))) {
                found = relocated(i);
                near = i;
            }
        }
        return found;
    }

    private int firstRelocated(int partition, long offset) {
        for (int i = near; i < Math.min(near + 2, relocated); i++) {
            if (isBefore(i - 1, partition, offset) && !isBefore(i, partition, offset)) {
                return i;
            }
        }
        int low = 0;
        int high = relocated;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBefore(middle, partition, offset)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        near = low;
        return low;
    }

    private boolean isBefore(int i, int partition, long offset) {
        if (i < 0) {
            return true;
        }
        int there = body.getInt(moved(i));
        return there < partition || there == partition && body.getLong(moved(i) + 8) < offset;
    }

    private boolean isMoved(int i, int partition) {
        return body.getInt(moved(i)) == partition;
    }

    private int moved(int i) {
        return moved + i * IndexFile.RELOCATED;
    }
}
