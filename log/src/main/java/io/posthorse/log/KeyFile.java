package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A file with the keys of one stretch of log, named by the stretch's first and last position. Derived: where it is
 * missing or damaged, the keys are read from the log again.
 *
 * <pre>
 *   0  u64  magic    "PHKEYS" and two zeros
 *   8  u32  version  1
 *  12  u32  entries
 *  16  u64  from     first position of the stretch
 *  24  u64  to       position behind it
 *  32  u64  first    least time of a message in it, ms since 1970
 *  40  u64  last     greatest time
 *  48  u32  crc32c   of everything behind this header
 *  52  u32  crc32c   of bytes 0 to 52
 *  56  entries x u64, ascending: u32 hash of the key, u32 (position - from) / 8
 * </pre>
 */
final class KeyFile {
    private static final long MAGIC = 0x50484B4559530000L;
    private static final int VERSION = 1;
    private static final int HEADER = 56;
    private static final String UNFINISHED = "unfinished-keys";

    private KeyFile() {}

    static String name(long from, long to) {
        return "%020d-%020d.keys".formatted(from, to);
    }

    static boolean isName(String name) {
        return name.matches("\\d{20}-\\d{20}\\.keys");
    }

    static long from(String name) {
        return Long.parseLong(name, 0, 20, 10);
    }

    static long to(String name) {
        return Long.parseLong(name, 21, 41, 10);
    }

    /** Writes and forces the keys of a stretch, and returns a view of them. */
    static SortedKeys write(FileStore files, GrowingKeys keys, long to) throws IOException {
        long[] sorted = keys.sorted();
        ByteBuffer out = ByteBuffer.allocate(HEADER + sorted.length * 8);
        out.position(HEADER).slice().asLongBuffer().put(sorted);
        out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, sorted.length).putLong(16, keys.from).putLong(24, to);
        out.putLong(32, keys.firstMs).putLong(40, keys.lastMs);
        out.putInt(48, crc(out, HEADER, out.capacity())).putInt(52, crc(out, 0, 52));
        files.delete(UNFINISHED); // a new file, for nobody may write to one that somebody reads through a mapping
        SortedKeys written;
        try (StoredFile file = files.open(UNFINISHED)) {
            file.write(0, out.position(0));
            file.force();
            written = stripe(file.map(out.capacity())); // the view outlives the file
        }
        files.rename(UNFINISHED, name(keys.from, to));
        return written;
    }

    /** The keys in a whole, undamaged file; null where it is not. */
    static SortedKeys open(FileStore files, String name) throws IOException {
        try (StoredFile file = files.open(name)) {
            long size = file.size();
            if (size < HEADER || size > Integer.MAX_VALUE) {
                return null;
            }
            ByteBuffer view = file.map((int) size);
            boolean whole = view.getLong(0) == MAGIC && view.getInt(52) == crc(view, 0, 52);
            if (whole && view.getInt(8) > VERSION) {
                throw new NewerFormatException(name, view.getInt(8), VERSION);
            }
            return whole && HEADER + view.getInt(12) * 8L == size && view.getInt(48) == crc(view, HEADER, (int) size)
                    ? stripe(view)
                    : null;
        }
    }

    private static SortedKeys stripe(ByteBuffer view) {
        return new SortedKeys(
                view.getLong(16), view.getLong(24), view.getLong(32), view.getLong(40),
                view.slice(HEADER, view.getInt(12) * 8).asLongBuffer());
    }

    private static int crc(ByteBuffer buffer, int from, int to) {
        CRC32C crc = new CRC32C();
        if (to > from) {
            Pages.resident(buffer, from, to);
        }
        crc.update(buffer.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
