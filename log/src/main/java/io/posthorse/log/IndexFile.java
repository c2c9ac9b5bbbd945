package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file with the index entries of one stripe, the stretch of log between two checkpoints. Named by the stripe's first
 * and last position. Derived: where it is missing or damaged, the entries are read from the log again.
 *
 * <pre>
 *   0  u64  magic    "PHIX" and four zeros
 *   8  u32  version  2
 *  12  u32  chunks
 *  16  u64  from     first position of the stripe
 *  24  u64  to       position behind it
 *  32  u64  length   of the file
 *  40  u32  crc32c   of everything behind this header
 *  44  u32  crc32c   of bytes 0 to 44
 *  48  by partition and offset: chunks x { u32 partition, u32 count, u64 base offset, u32 index of the first entry in
 *      the file, u32 zero }
 *  ..  entries x { u64 position, u32 native length, u32 tag }
 * </pre>
 */
final class IndexFile {
    static final String SUFFIX = ".index";
    private static final long MAGIC = 0x5048495800000000L;
    private static final int VERSION = 2;
    private static final int HEADER = 48;
    private static final int ROW = 24;
    private static final String UNFINISHED = "unfinished-index";

    private IndexFile() {}

    static String name(long from, long to) {
        return "%020d-%020d%s".formatted(from, to, SUFFIX);
    }

    static boolean isName(String name) {
        return name.matches("\\d{20}-\\d{20}\\.index");
    }

    static long from(String name) {
        return Long.parseLong(name, 0, 20, 10);
    }

    static long to(String name) {
        return Long.parseLong(name, 21, 41, 10);
    }

    /** The bytes of a stripe's file. */
    static ByteBuffer encode(long from, long to, List<Index.Stripe> unsorted) {
        List<Index.Stripe> stripes = new ArrayList<>(unsorted);
        stripes.sort(Comparator.<Index.Stripe>comparingInt(s -> s.partition().id)
                .thenComparingLong(s -> s.chunk().base));
        int entries = stripes.stream().mapToInt(s -> s.chunk().count()).sum();
        int rows = HEADER + stripes.size() * ROW;
        ByteBuffer out = ByteBuffer.allocate(rows + entries * Chunk.ENTRY);
        int at = rows;
        out.position(HEADER);
        for (Index.Stripe stripe : stripes) {
            Chunk chunk = stripe.chunk();
            out.putInt(stripe.partition().id).putInt(chunk.count()).putLong(chunk.base).putInt(at).putInt(0);
            for (int i = 0; i < chunk.count(); i++, at += Chunk.ENTRY) {
                out.putLong(at, chunk.position(i)).putInt(at + 8, chunk.length(i)).putInt(at + 12, chunk.tag(i));
            }
        }
        out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, stripes.size()).putLong(16, from).putLong(24, to);
        out.putLong(32, out.capacity());
        out.putInt(40, crc(out, HEADER, out.capacity())).putInt(44, crc(out, 0, 44));
        return out.position(0).limit(out.capacity());
    }

    /** Writes and forces a stripe, and returns a view of it. Run by the background. */
    static ByteBuffer write(FileStore files, long from, long to, List<Index.Stripe> stripes) throws IOException {
        return write(files, name(from, to), encode(from, to, stripes));
    }

    private static ByteBuffer write(FileStore files, String name, ByteBuffer bytes) throws IOException {
        files.delete(UNFINISHED); // a new file, for nobody may write to one that somebody reads through a mapping
        ByteBuffer view;
        try (StoredFile file = files.open(UNFINISHED)) {
            file.write(0, bytes.duplicate());
            file.force();
            view = file.map(bytes.capacity()); // it outlives the file
        }
        files.rename(UNFINISHED, name);
        return view;
    }

    /** A view of a whole, undamaged index file, or null. */
    static ByteBuffer open(FileStore files, String name) throws IOException {
        try (StoredFile file = files.open(name)) {
            long size = file.size();
            if (size < HEADER || size > Integer.MAX_VALUE) {
                return null;
            }
            ByteBuffer view = file.map((int) size);
            boolean whole = view.getLong(0) == MAGIC && view.getInt(44) == crc(view, 0, 44);
            if (whole && view.getInt(8) > VERSION) {
                throw new NewerFormatException(name, view.getInt(8), VERSION);
            }
            whole &= view.getInt(8) == VERSION; // version 1 was not in order, and is made again
            return whole && view.getLong(32) == size && view.getInt(40) == crc(view, HEADER, (int) size) ? view : null;
        }
    }

    static long from(ByteBuffer view) {
        return view.getLong(16);
    }

    static long to(ByteBuffer view) {
        return view.getLong(24);
    }

    /** The last chunk of a partition in a view, -1 where it has none. */
    static int lastRow(ByteBuffer view, int partition) {
        int low = 0;
        int high = view.getInt(12);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (view.getInt(row(middle)) <= partition) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return isRow(view, low - 1, partition) ? low - 1 : -1;
    }

    /** Whether the i-th chunk is there, and the partition's. */
    static boolean isRow(ByteBuffer view, int i, int partition) {
        return i >= 0 && view.getInt(row(i)) == partition;
    }

    /** The i-th chunk of a view. */
    static Chunk chunk(ByteBuffer view, int i) {
        int row = row(i);
        return new Chunk.InFile(view.getLong(row + 8), view.getInt(row + 4), view, view.getInt(row + 16));
    }

    private static int row(int i) {
        return HEADER + i * ROW;
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
