package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One file of the log, which holds the positions from {@link #base} to {@code base + size}. Its name is the base position
 * in 20 digits. Byte n of the file is position {@code base + n}; the first {@link #HEADER} bytes are the header:
 *
 * <pre>
 *   0  u64  magic    "PHLOG" and three zeros
 *   8  u32  version  1
 *  12  u32  size     of the segment in bytes
 *  16  u64  base     position of the first byte
 *  24  u64  previous  end of the records before it: shows whether the file before has lost its end
 *  32  u32  crc32c   of bytes 0 to 32
 *  36  ...  zeros up to 64
 * </pre>
 */
final class Segment {
    static final int HEADER = 64;
    static final String SUFFIX = ".log";
    private static final long MAGIC = 0x50484C4F47000000L;
    private static final int VERSION = 1;
    /** Bytes at the beginning of a segment that are searched for its first time. */
    private static final int TIME_BYTES = 1 << 20;

    /** Limit of records with a possibly wrong checksum that the search examines. */
    private static final int TIME_CHECKS = 8;

    final long base;
    final int size;
    /** Bytes of the file when it was opened: there are no records behind them. */
    final int stored;
    /** End of the records before this segment; -1 where the header is damaged. */
    final long previous;
    /** Time of the first whole record, ms since 1970; 0 before the first search, -1 where it is unknown. */
    private long firstTime;
    /** File offset up to which blocks are allocated. */
    int allocated;

    private final FileStore files;
    /** Open while the segment is written to or not forced yet; otherwise null. */
    private StoredFile file;
    private volatile ByteBuffer view;

    private Segment(long base, int size, long previous, FileStore files, StoredFile file) throws IOException {
        this.base = base;
        this.size = size;
        this.previous = previous;
        this.files = files;
        this.file = file;
        this.stored = (int) Math.min(size, file.size());
    }

    /**
     * Returns a read-only view of the whole segment that shows later writes too. The first call maps the file. Any thread
     * may call it.
     *
     * @throws UncheckedIOException where the file cannot be mapped, for example since the segment was dropped meanwhile
     */
    ByteBuffer bytes() {
        ByteBuffer mapped = view;
        if (mapped == null) {
            try (StoredFile once = files.openExisting(name(base))) {
                mapped = once.map(size); // the mapping outlives the handle
            } catch (IOException e) {
                throw new UncheckedIOException("a segment of the log cannot be mapped: " + e.getMessage(), e);
            }
            view = mapped;
        }
        return mapped;
    }

    /**
     * Returns the time of the first whole record that has one, in ms since 1970; records written while opening have none.
     * Returns -1 where no record has a time. The time of a rotten record would drop the segment too early or never. The
     * owner waits for the search, so it ends after a MiB or a few rotten records: the time of a later segment serves as
     * well, and is never too early.
     */
    long time() {
        if (firstTime != 0) {
            return firstTime;
        }
        RecordCheck check = new RecordCheck();
        ByteBuffer bytes = bytes();
        MappedPages.Walk walk = new MappedPages.Walk(bytes, size);
        int end = Math.min(size, TIME_BYTES);
        int checks = TIME_CHECKS;
        for (int at = walk.from(HEADER, RecordFormat.PAYLOAD); at + RecordFormat.PAYLOAD <= end && checks > 0;
                at = walk.from(at + 8, RecordFormat.PAYLOAD)) {
            if (bytes.getLong(at + RecordFormat.POSITION) == base + at && bytes.getLong(at + RecordFormat.TIME) != 0) {
                checks--;
                if (check.isWhole(bytes.duplicate(), at, base + at)) {
                    firstTime = bytes.getLong(at + RecordFormat.TIME);
                    return firstTime;
                }
            }
        }
        return -1;
    }

    /** Notes that the segment is no longer written to and no time was found. */
    void markTimeUnknown() {
        firstTime = -1;
    }

    /** Reads from a file offset up to the buffer's limit or the end of the file. Returns the number of bytes read. */
    int read(long at, ByteBuffer target) throws IOException {
        return file().read(at, target);
    }

    /** Does the same as {@link StoredFile#nextData}. */
    long nextData(long from) throws IOException {
        return file().nextData(from);
    }

    void write(long at, ByteBuffer source) throws IOException {
        file().write(at, source);
    }

    void force() throws IOException {
        file().force();
    }

    /** Allocates the blocks up to a file offset. */
    void allocateTo(int end) throws IOException {
        file().allocate(allocated, end);
        allocated = end;
    }

    /**
     * Truncates the file where the system can. Its mapping stays, and shows zeros once the file has grown again.
     *
     * @return whether the file was truncated
     */
    boolean cut(int length) throws IOException {
        return file().truncate(length);
    }

    /** Extends the file to the segment's size again, without blocks. */
    void grow() throws IOException {
        file().map(size);
    }

    private StoredFile file() throws IOException {
        if (file == null) {
            file = files.openExisting(name(base));
        }
        return file;
    }

    void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Opens the file, since its name is about to be deleted. */
    void keepOpen() throws IOException {
        file();
    }

    /**
     * Frees the given number of bytes at the end of a deleted segment; returns false once nothing is left. A system that
     * cannot truncate a mapped file frees them when the last mapping ends.
     */
    boolean freeBlocks(int bytes) throws IOException {
        int left = (int) Math.max(0, file().size() - bytes);
        if (left > 0 && cut(left)) {
            return true;
        }
        cut(0);
        close();
        return false;
    }

    static String name(long base) {
        return "%020d%s".formatted(base, SUFFIX);
    }

    /** Returns the base position in a file name, or -1 where it is not the name of a segment. */
    static long baseOf(String name) {
        if (name.length() != 20 + SUFFIX.length() || name.charAt(0) != '0' || !name.endsWith(SUFFIX)) {
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
        Segment segment = new Segment(base, size, previous, files, file);
        segment.allocated = Math.min(size, allocate);
        return segment;
    }

    /** Creates an empty segment in the place of one that may be mapped: a crash leaves the one or the other. */
    static Segment replace(FileStore files, long base, int size, int allocate) throws IOException {
        String next = name(base) + ".new";
        try (StoredFile file = files.open(next)) {
            file.truncate(0);
            file.allocate(0, Math.min(size, allocate));
            file.write(0, header(base, base, size));
            file.force();
        }
        files.rename(next, name(base));
        Segment segment = open(files, base, size, size);
        segment.allocated = Math.min(size, allocate);
        return segment;
    }

    /**
     * Reads the header of an existing segment. The file is opened again at its first use.
     *
     * @throws NewerFormatException where a later version of this program wrote it
     * @param room bytes up to the next segment, which this one cannot exceed
     * @param sizeIfDamaged size in bytes to assume where the header is damaged or was never wholly written; the file's where
     *     that is larger
     */
    static Segment open(FileStore files, long base, long room, int sizeIfDamaged) throws IOException {
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
        int size = whole ? header.getInt(12) : (int) Math.min(room, Math.max(sizeIfDamaged, file.size()));
        Segment segment = new Segment(
                base, size, whole ? header.getLong(24) : -1, files, file);
        segment.close();
        return segment;
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

    /** Returns whether the first bytes of a mapped segment are a whole header of the segment at a position. */
    static boolean isHeader(ByteBuffer bytes, long base) {
        if (bytes.limit() < HEADER || !MappedPages.readable(bytes, 0, HEADER)) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 32));
        return bytes.getLong(0) == MAGIC && bytes.getInt(8) == VERSION && bytes.getLong(16) == base
                && bytes.getInt(32) == (int) crc.getValue() && bytes.getInt(12) >= LogSettings.SEGMENT_BYTES_MIN
                && bytes.slice(36, HEADER - 36).mismatch(ByteBuffer.allocate(HEADER - 36)) < 0;
    }

    /** Returns the end of the records before a segment, as a whole header says. */
    static long previous(ByteBuffer header) {
        return header.getLong(24);
    }

    long end() {
        return base + size;
    }

    boolean holds(long position) {
        return position >= base && position < end();
    }

    /**
     * Returns the place behind records that a group has agreed on.
     *
     * @throws IOException where they have no room here
     */
    int endOf(long position, int bytes) throws IOException {
        long end = (long) at(position) + bytes;
        if (end > size) {
            throw new IOException("The group has agreed on records up to " + end + " bytes in a segment of " + size
                    + ". All nodes must have the same size of segments (mappedFileSizeCommitLog)");
        }
        return (int) end;
    }

    int at(long position) {
        return (int) (position - base);
    }
}
