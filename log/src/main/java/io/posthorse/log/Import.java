package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The receiving side of an {@link Export}: files that come in pieces, under names of their own, and take the place of the
 * present ones at once. A process that ends before goes on with what it has; one that ends in between finishes at its next
 * start ({@link #finish}). The copy must not be open meanwhile.
 *
 * <p>Once everything is there, the file {@code incoming} lists the names: "PHINCOME", u32 version 1, u32 count, each name as
 * u16 length and ASCII, u32 CRC32C of everything before. Whatever else belongs to a log, an index or a checkpoint and is not
 * kept goes then.
 */
public final class Import {
    private static final String MANIFEST = "incoming";
    private static final String PREFIX = "incoming-";
    private static final long MAGIC = 0x5048494E434F4D45L;
    private static final int VERSION = 1;
    private static final int NAMES_MAX = 1 << 20;
    /** Bytes after which a file is forced while it comes: so many and a piece may be lost with the machine. */
    private static final long FORCED_BYTES = 4 << 20;
    /** Maximum bytes of a piece. */
    public static final int PIECE_BYTES_MAX = 1 << 20;

    private final FileStore files;
    private final List<ExportedFile> wanted;
    /** Names of this node's own segments that stay. */
    private final Set<String> kept;
    /** Bytes of each wanted file that are here. */
    private final Map<ExportedFile, Long> has;

    private Import(FileStore files, Set<String> kept, Map<ExportedFile, Long> has) {
        this.files = files;
        this.wanted = List.copyOf(has.keySet());
        this.kept = kept;
        this.has = has;
    }

    /**
     * Begins, or goes on.
     *
     * @param offered the files of the export
     * @param keptBelow position below which this node's own segments are the same as everybody's; 0 where it has diverged
     * @throws IOException where a name or a length is none of such a file, or the disk lacks room; nothing has changed
     */
    public static Import begin(FileStore files, List<ExportedFile> offered, long keptBelow) throws IOException {
        Set<String> there = new HashSet<>(files.list());
        if (there.contains(MANIFEST)) {
            throw new IOException("An earlier copy has begun to take the place of this node's own. The next start ends it");
        }
        Map<ExportedFile, Long> has = new LinkedHashMap<>();
        Set<String> kept = new HashSet<>();
        long bytes = 0;
        for (ExportedFile file : offered) {
            requirePlausible(file);
            long base = Segment.baseOf(file.name());
            if (base >= 0 && there.contains(file.name()) && base + file.bytes() <= keptBelow
                    && sizeOf(files, file.name()) == file.bytes()) {
                kept.add(file.name());
                continue;
            }
            long here = there.contains(PREFIX + file.name()) ? trusted(files, file, base >= 0) : 0;
            has.put(file, here);
            bytes += file.bytes() - here;
        }
        if (bytes > files.usableBytes()) {
            throw new IOException("The copy that has to be fetched takes " + (bytes >> 20) + " MiB more, but "
                    + files.place() + " has only " + (files.usableBytes() >> 20) + " MiB left. Make room, and this node goes"
                    + " on by itself.");
        }
        return new Import(files, kept, has);
    }

    private static long sizeOf(FileStore files, String name) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            return file.size();
        }
    }

    private static void requirePlausible(ExportedFile file) throws IOException {
        boolean isSegment = Segment.baseOf(file.name()) >= 0;
        boolean isPart = CheckpointPart.isName(file.name());
        if (!isSegment && !isPart || file.bytes() <= 0 || isSegment && file.bytes() > Integer.MAX_VALUE) {
            throw new IOException("no copy of a log has a file " + file.name() + " of " + file.bytes() + " bytes");
        }
    }

    /**
     * Cuts what may have been lost with the machine from the file of an earlier attempt; returns the rest. A part of a
     * checkpoint goes: another node's part of this name may hold other pieces.
     */
    private static long trusted(FileStore files, ExportedFile file, boolean isSegment) throws IOException {
        try (StoredFile open = files.openExisting(PREFIX + file.name())) {
            long lost = FORCED_BYTES + PIECE_BYTES_MAX;
            long left = isSegment ? Math.min(Math.max(0, open.size() - lost), file.bytes()) : 0;
            if (!open.truncate(left)) {
                left = 0;
            }
            if (left > 0) {
                return left;
            }
        }
        files.delete(PREFIX + file.name());
        return 0;
    }

    /** Returns the files to fetch. */
    public List<ExportedFile> wanted() {
        return wanted;
    }

    /** Returns the bytes of a file that are here, from its begin. */
    public long has(ExportedFile file) {
        return has.get(file);
    }

    /** Writes the next bytes of a file, at most {@link #PIECE_BYTES_MAX}. */
    public void write(ExportedFile file, long at, ByteBuffer bytes) throws IOException {
        if (at != has.getOrDefault(file, -1L) || at + bytes.remaining() > file.bytes()
                || bytes.remaining() > PIECE_BYTES_MAX) {
            throw new IOException("bytes from " + at + " on do not continue the file " + file.name());
        }
        try (StoredFile open = files.open(PREFIX + file.name())) {
            long end = at + bytes.remaining();
            open.write(at, bytes);
            if (end / FORCED_BYTES > at / FORCED_BYTES) {
                open.force();
            }
            has.put(file, end);
        }
    }

    /**
     * Puts the files in the place of the present ones, once all of them are here.
     *
     * @throws IOException where one is missing or damaged, and nothing has changed; or where the disk fails, see
     *     {@link #isUnderWay}
     */
    public void complete() throws IOException {
        for (ExportedFile file : wanted) {
            if (has(file) != file.bytes()) {
                throw new IOException("the file " + file.name() + " is not complete");
            }
            try (StoredFile open = files.openExisting(PREFIX + file.name())) {
                open.force();
            }
            requireWhole(file);
        }
        for (String name : kept) { // the checkpoint that is fetched counts on them
            try (StoredFile open = files.openExisting(name)) {
                open.force();
            }
        }
        List<String> names = new ArrayList<>(kept);
        wanted.forEach(file -> names.add(file.name()));
        writeManifest(names);
        finish(files);
    }

    /** Requires that a part of a checkpoint came whole, before it takes the place of this node's own. */
    private void requireWhole(ExportedFile file) throws IOException {
        String fetched = PREFIX + file.name();
        if (CheckpointPart.isName(file.name()) && !CheckpointPart.isWhole(files, fetched, file.name())) {
            files.delete(fetched);
            throw new IOException("The part " + file.name() + " of the other node's checkpoint is damaged. Nothing of this"
                    + " node's own copy has changed, and it tries again; where it does not end, restart the other node,"
                    + " which mends its checkpoint from the second file of each part, or hand leadership to a third one");
        }
    }

    private void writeManifest(List<String> names) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(20 + names.stream().mapToInt(name -> 2 + name.length()).sum());
        out.putLong(MAGIC).putInt(VERSION).putInt(names.size());
        for (String name : names) {
            out.putShort((short) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        }
        out.putInt(CheckedBytes.crc(out, 0, out.position())).flip();
        try (StoredFile file = files.open(MANIFEST + ".new")) {
            file.truncate(0);
            file.write(0, out);
            file.force();
        }
        files.rename(MANIFEST + ".new", MANIFEST);
        files.forceNames();
    }

    /** Deletes what earlier attempts have fetched: another node's files of these names may hold other bytes. */
    public static void discard(FileStore files) throws IOException {
        List<String> old = isUnderWay(files) ? List.of()
                : files.list().stream().filter(name -> name.startsWith(PREFIX)).toList();
        for (String name : old) {
            files.delete(name);
        }
        if (!old.isEmpty()) {
            files.forceNames();
        }
    }

    /** Returns whether there is a copy: a checkpoint, or a fetched one that has begun to take its place. */
    public static boolean hasCopy(FileStore files) throws IOException {
        return isUnderWay(files) || files.list().stream().anyMatch(CheckpointPart::isName);
    }

    /** Returns whether a fetched copy has begun to take the place of the present one, and has not ended. */
    public static boolean isUnderWay(FileStore files) throws IOException {
        return files.list().contains(MANIFEST);
    }

    /**
     * Finishes what an earlier process had completed, before a copy is opened. What is not complete stays as it is, for the
     * next attempt.
     *
     * @throws IOException where the list of names is damaged, or the disk fails
     */
    public static void finish(FileStore files) throws IOException {
        if (!files.list().contains(MANIFEST)) {
            return;
        }
        Set<String> names = new HashSet<>(readManifest(files));
        for (String name : files.list()) {
            boolean isIncoming = name.startsWith(PREFIX) && names.contains(name.substring(PREFIX.length()));
            if (isOfACopy(name) && !names.contains(name) || name.startsWith(PREFIX) && !isIncoming) {
                files.delete(name);
            }
        }
        for (String name : files.list()) {
            if (name.startsWith(PREFIX)) {
                String place = name.substring(PREFIX.length());
                if (CheckpointPart.isName(place)) {
                    files.delete(CheckpointPart.copy(place));
                }
                files.rename(name, place);
            }
        }
        files.forceNames();
        files.delete(MANIFEST);
        files.forceNames();
    }

    static boolean isOfACopy(String name) {
        return Segment.baseOf(name) >= 0 || IndexFile.isName(name) || KeyFile.isName(name) || CheckpointPart.isName(name)
                || CheckpointPart.isNameOfCopy(name) || WholeCheckpoint.position(name) >= 0 || name.equals(DurableMark.NAME)
                || MendedRange.isName(name);
    }

    /** Returns whether a name is that of a file under way, or of the list of such files. */
    static boolean isIncoming(String name) {
        return name.startsWith(MANIFEST);
    }

    private static List<String> readManifest(FileStore files) throws IOException {
        try (StoredFile file = files.openExisting(MANIFEST)) {
            ByteBuffer in = ByteBuffer.allocate((int) Math.min(file.size(), 64L << 20));
            file.read(0, in);
            in.flip();
            boolean isWhole = in.limit() >= 20 && in.getLong(0) == MAGIC
                    && in.getInt(in.limit() - 4) == CheckedBytes.crc(in, 0, in.limit() - 4);
            if (isWhole && in.getInt(8) > VERSION) {
                throw new NewerFormatException(MANIFEST, in.getInt(8), VERSION);
            }
            int count = isWhole ? in.getInt(12) : -1;
            if (count < 0 || count > NAMES_MAX) {
                throw new IOException("The file " + MANIFEST + " in " + files.place() + " is damaged: it is unknown which"
                        + " files of a fetched copy belong together. Empty the directory, and let the node join anew.");
            }
            List<String> names = new ArrayList<>();
            in.position(16);
            for (int i = 0; i < count; i++) {
                byte[] name = new byte[in.getShort() & 0xFFFF];
                in.get(name);
                names.add(new String(name, StandardCharsets.US_ASCII));
            }
            return names;
        }
    }
}
