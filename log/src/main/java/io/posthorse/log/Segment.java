package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One file of the log, holding the positions from {@link #base} to {@code base + size}. The name is the base position
 * in 20 digits. Byte n of the file is position {@code base + n}; the first {@link #HEADER} bytes are the header:
 *
 * <pre>
 *   0  u64  magic    "PHLOG" and three zeros
 *   8  u32  version  1
 *  12  u32  size     of the segment in bytes
 *  16  u64  base     position of the first byte
 *  24  u64  previous  where the records before it end: no lost end of the file before goes unseen
 *  32  u32  crc32c   of bytes 0 to 32
 *  36  ...  zeros up to 64
 * </pre>
 */
final class Segment {
    static final int HEADER = 64;
    static final String SUFFIX = ".log";
    private static final long MAGIC = 0x50484C4F47000000L;
    private static final int VERSION = 1;

    final long base;
    final int size;
    /** Bytes that the file had when it was opened: behind them there are no records. */
    final int stored;
    /** Where the records before this segment end; -1 where the header is damaged. */
    final long previous;
    final StoredFile file;
    /** Read-only view of the whole segment; shows what has been written. */
    final ByteBuffer bytes;
    /** Up to this file offset the blocks are real. */
    int allocated;

    private Segment(long base, int size, long previous, StoredFile file) throws IOException {
        this.base = base;
        this.size = size;
        this.previous = previous;
        this.file = file;
        this.stored = (int) Math.min(size, file.size());
        this.bytes = file.map(size);
    }

    static String name(long base) {
        return "%020d%s".formatted(base, SUFFIX);
    }

    /** The base position that a file name says, or -1 where it is not a segment's name. */
    static long baseOf(String name) {
        if (name.length() != 20 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
            return -1;
        }
        for (int i = 0; i < 20; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(name, 0, 20, 10);
    }

    static Segment create(FileStore files, long base, long previous, int size, int allocate) throws IOException {
        StoredFile file = files.open(name(base));
        try {
            file.truncate(0);
            file.allocate(0, Math.min(size, allocate));
            file.write(0, header(base, previous, size));
        } catch (IOException e) {
            file.close();
            files.delete(name(base));
            throw e;
        }
        Segment segment = new Segment(base, size, previous, file);
        segment.allocated = Math.min(size, allocate);
        return segment;
    }

    /**
     * Opens an existing segment.
     *
     * @throws NewerFormatException where a later version of this program wrote it
     * @param sizeIfDamaged size to assume where the header is damaged or was never wholly written
     */
    static Segment open(FileStore files, long base, int sizeIfDamaged) throws IOException {
        StoredFile file = files.open(name(base));
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        file.read(0, header);
        boolean whole = !header.hasRemaining()
                && header.getLong(0) == MAGIC
                && header.getInt(32) == crc(header)
                && header.getLong(16) == base
                && header.getInt(12) >= LogSettings.SEGMENT_BYTES_MIN;
        if (whole && header.getInt(8) > VERSION) {
            file.close();
            throw new NewerFormatException(name(base), header.getInt(8), VERSION);
        }
        return new Segment(
                base, whole ? header.getInt(12) : sizeIfDamaged, whole ? header.getLong(24) : -1, file);
    }

    private static ByteBuffer header(long base, long previous, int size) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, size).putLong(16, base).putLong(24, previous);
        header.putInt(32, crc(header));
        return header;
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, 32);
        return (int) crc.getValue();
    }

    long end() {
        return base + size;
    }

    boolean holds(long position) {
        return position >= base && position < end();
    }

    int at(long position) {
        return (int) (position - base);
    }
}
