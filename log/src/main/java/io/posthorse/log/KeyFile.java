package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * A file with the keys of one stretch of log. Its name has the stretch's first and last position. It is derived: where it
 * is missing or damaged, the keys are read from the log again.
 *
 * <pre>
 *   0  u64  magic    "PHKEYS" and two zeros
 *   8  u32  version  2
 *  12  u32  entries
 *  16  u64  from     first position of the stretch
 *  24  u64  to       position behind it
 *  32  u64  first    least time of a message in it, ms since 1970
 *  40  u64  last     greatest time
 *  48  u32  crc32c   of everything between byte 56 and the body
 *  52  u32  crc32c   of bytes 0 to 52
 *  56  u32  body     where it begins, a multiple of 8
 *  60  u32  crc32c   of each 64 KiB of the body, the last of which may be shorter; then zeros up to the body
 *  ..  entries x u64, ascending: u32 hash of the key, u32 (position - from) / 8
 * </pre>
 */
final class KeyFile {
    static final int SUMS = 60;
    private static final long MAGIC = 0x50484B4559530000L;
    private static final int VERSION = 2;
    private static final int OLD_VERSION = 1;
    private static final int HEADER = 56;
    private static final String UNFINISHED = "unfinished-keys";
    private static final Pattern NAME = Pattern.compile("0\\d{19}-0\\d{19}\\.keys");

    private KeyFile() {}

    static String name(long from, long to) {
        return "%020d-%020d.keys".formatted(from, to);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns the begin of the body in a file with at most the given entries. */
    static int body(long entries) {
        return SUMS + CheckedBytes.blocks(entries * Long.BYTES) * 4 + 7 & ~7;
    }

    /** Writes and forces the keys of a stretch. */
    static SortedKeys write(FileStore files, GrowingKeys keys, long to) throws IOException {
        long[] sorted = keys.sorted();
        int body = body(sorted.length);
        ByteBuffer out = ByteBuffer.allocate(body + sorted.length * Long.BYTES);
        out.position(body).slice().asLongBuffer().put(sorted);
        CheckedBytes.sum(out, SUMS, body);
        head(out, sorted.length, keys.from, to, keys.firstMs, keys.lastMs, body);
        files.delete(UNFINISHED); // a new file, since a mapped one must never be written to
        try (StoredFile file = files.open(UNFINISHED)) {
            file.write(0, out.clear());
            file.force();
        }
        String name = name(keys.from, to);
        files.rename(UNFINISHED, name);
        return new SortedKeys(files, name, out.capacity());
    }

    /** Writes the header; the checksums behind it must be in place. */
    static void head(ByteBuffer out, int entries, long from, long to, long firstMs, long lastMs, int body) {
        out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, entries).putLong(16, from).putLong(24, to);
        out.putLong(32, firstMs).putLong(40, lastMs).putInt(56, body);
        out.putInt(48, CheckedBytes.crc(out, HEADER, body)).putInt(52, CheckedBytes.crc(out, 0, 52));
    }

    /**
     * Returns the keys of a file whose header is undamaged; null where it is not.
     *
     * @param of file that a {@link DamagedFile} names
     */
    static KeyView open(FileStore files, String name, Object of) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            long size = file.size();
            if (size < HEADER || size > Integer.MAX_VALUE) {
                return null;
            }
            ByteBuffer bytes = file.map((int) size);
            if (!MappedPages.readable(bytes, 0, HEADER) || bytes.getLong(0) != MAGIC
                    || bytes.getInt(52) != CheckedBytes.crc(bytes, 0, 52)) {
                return null;
            }
            if (bytes.getInt(8) > VERSION) {
                throw new NewerFormatException(name, bytes.getInt(8), VERSION);
            }
            boolean old = bytes.getInt(8) == OLD_VERSION;
            int body = old ? HEADER : bodyOf(bytes, (int) size);
            boolean whole = body >= 0 && bytes.getInt(12) >= 0 && body + bytes.getInt(12) * 8L == size
                    && bytes.getLong(16) == StretchNames.from(name) && bytes.getLong(24) == StretchNames.to(name)
                    && (!old || MappedPages.readable(bytes, body, (int) size)
                            && bytes.getInt(48) == CheckedBytes.crc(bytes, body, (int) size));
            return whole ? new KeyView(bytes, old ? 0 : SUMS, body, of) : null;
        }
    }

    /** Returns the begin of the body; -1 where the bytes in front of it are damaged. */
    private static int bodyOf(ByteBuffer bytes, int size) {
        int body = size < SUMS ? -1 : bytes.getInt(56);
        boolean whole = body >= SUMS && body <= size && (body & 7) == 0
                && SUMS + CheckedBytes.blocks(size - body) * 4L <= body
                && MappedPages.readable(bytes, 0, body)
                && bytes.getInt(48) == CheckedBytes.crc(bytes, HEADER, body);
        return whole ? body : -1;
    }
}
