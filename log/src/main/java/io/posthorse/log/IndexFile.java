package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file with the index entries of one stripe, a stretch of log. Its name has the stripe's first and last position, and
 * whether it has relocated messages. It is derived: where it is missing or damaged, the entries are read from the log
 * again.
 *
 * <pre>
 *   0  u64  magic      "PHIX" and four zeros
 *   8  u32  version    3
 *  12  u32  chunks
 *  16  u64  from       first position of the stripe
 *  24  u64  to         position behind it
 *  32  u64  length     of the file
 *  40  u32  crc32c     of everything between this header and the body
 *  44  u32  crc32c     of bytes 0 to 44
 *  48  u32  relocated  messages
 *  52  u32  body       where it begins, a multiple of 8
 *  56  u32  crc32c     of each 64 KiB of the body, the last of which may be shorter; then zeros up to the body
 *  ..  by partition and offset: chunks x { u32 partition, u32 count, u64 base offset, u32 index of the first entry in
 *      the file, u32 zero }
 *  ..  by partition, offset and position: relocated x { u32 partition, u32 native length, u64 offset, u64 position,
 *      u32 tag, u32 zero }
 *  ..  entries x { u64 position, u32 native length, u32 tag }
 * </pre>
 */
final class IndexFile {
    static final long MAGIC = 0x5048495800000000L;
    static final int VERSION = 3;
    static final int HEADER = 56;
    static final int ROW = 24;
    static final int RELOCATED = 32;
    private static final String SUFFIX = ".index";
    private static final String RELOCATED_SUFFIX = ".relocated.index";
    private static final Pattern NAME = Pattern.compile("0\\d{19}-0\\d{19}(\\.relocated)?\\.index");

    private IndexFile() {}

    static String name(long from, long to, boolean relocated) {
        return "%020d-%020d%s".formatted(from, to, relocated ? RELOCATED_SUFFIX : SUFFIX);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns whether a file of that name may have relocated messages; no other file is searched for them. */
    static boolean hasRelocated(String name) {
        return name.endsWith(RELOCATED_SUFFIX);
    }

    /** Returns the begin of the body in a file whose body has the given length in bytes. */
    static int body(long bytes) {
        return HEADER + CheckedBytes.blocks(bytes) * 4 + 7 & ~7;
    }

    /** Returns the bytes of a stripe's file. */
    static ByteBuffer encode(long from, long to, FrozenEntries entries) {
        List<FrozenEntries.Part> parts = new ArrayList<>(entries.parts());
        parts.sort(Comparator.<FrozenEntries.Part>comparingInt(s -> s.partition()).thenComparingLong(s -> s.chunk().base));
        List<RelocatedRecord> relocated = new ArrayList<>(entries.relocated());
        relocated.sort(RelocatedRecord.ORDER);
        int count = parts.stream().mapToInt(s -> s.chunk().count()).sum();
        int bodyBytes = parts.size() * ROW + relocated.size() * RELOCATED + count * Chunk.ENTRY;
        int body = body(bodyBytes);
        ByteBuffer out = ByteBuffer.allocate(body + bodyBytes).position(body);
        int at = out.capacity() - count * Chunk.ENTRY;
        for (FrozenEntries.Part part : parts) {
            Chunk chunk = part.chunk();
            out.putInt(part.partition()).putInt(chunk.count()).putLong(chunk.base).putInt(at).putInt(0);
            for (int i = 0; i < chunk.count(); i++, at += Chunk.ENTRY) {
                out.putLong(at, chunk.position(i)).putInt(at + 8, chunk.length(i)).putInt(at + 12, chunk.tag(i));
            }
        }
        for (RelocatedRecord r : relocated) {
            out.putInt(r.partition).putInt(r.length).putLong(r.base).putLong(r.position).putInt(r.tag).putInt(0);
        }
        CheckedBytes.sum(out, HEADER, body);
        head(out, parts.size(), relocated.size(), from, to, out.capacity(), body);
        return out.clear();
    }

    /** Writes the header; the checksums behind it must be in place. */
    static void head(ByteBuffer out, int chunks, int relocated, long from, long to, long length, int body) {
        out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, chunks).putLong(16, from).putLong(24, to);
        out.putLong(32, length).putInt(48, relocated).putInt(52, body);
        out.putInt(40, CheckedBytes.crc(out, 48, body)).putInt(44, CheckedBytes.crc(out, 0, 44));
    }

    /**
     * Writes a stripe.
     *
     * @param unfinished name of the file until it is whole; each thread has its own
     * @param force whether to wait for the disk; without it a crash of the machine may damage the file
     */
    static StripeFile write(
            FileStore files, String unfinished, long from, long to, FrozenEntries entries, boolean force)
            throws IOException {
        ByteBuffer bytes = encode(from, to, entries);
        String name = name(from, to, !entries.relocated().isEmpty());
        files.delete(unfinished); // a new file, since a mapped one must never be written to
        ByteBuffer view;
        try (StoredFile file = files.open(unfinished)) {
            try {
                file.write(0, bytes.duplicate());
                if (force) {
                    file.force();
                }
            } catch (IOException e) {
                file.truncate(0); // an unusable file must not take space
                throw e;
            }
            view = file.map(bytes.capacity()); // the mapping outlives the handle
        }
        files.rename(unfinished, name);
        return new StripeFile(files, name, view);
    }

    /** @throws NewerFormatException where a later version of this program wrote the file */
    static void refuseNewer(FileStore files, String name) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            ByteBuffer header = ByteBuffer.allocate(48);
            file.read(0, header);
            if (!header.hasRemaining() && header.getLong(0) == MAGIC && header.getInt(8) > VERSION
                    && header.getInt(44) == CheckedBytes.crc(header, 0, 44)) {
                throw new NewerFormatException(name, header.getInt(8), VERSION);
            }
        }
    }
}
